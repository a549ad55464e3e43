/** What an answer's text is made of. Pure: no element, no network. */

import { CONFLICT_LEAD_IN } from "./words.js";

/**
 * Cut text by code points, as the service counts them: slicing a JavaScript string would count UTF-16 units.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {[string, string, string]} what is before, between and after.
 */
export function cut(text, start, end) {
  const points = [...text];
  return [points.slice(0, start), points.slice(start, end), points.slice(end)].map((part) => part.join(""));
}

/** @param {string} text @returns {number} its length in code points. */
export const lengthOf = (text) => [...text].length;

/**
 * Read a line into runs of text and markers.
 *
 * @param {string} line
 * @param {Set<number>} markers the markers that have a citation; other brackets stay text.
 * @returns {Array<string|{marker: number}>}
 */
export function runs(line, markers) {
  const found = [];
  let read = 0;
  for (const match of line.matchAll(/ ?\[(\d+)\]/g)) {
    const marker = Number(match[1]);
    if (!markers.has(marker)) continue;
    found.push(line.slice(read, match.index), { marker });
    read = match.index + match[0].length;
  }
  found.push(line.slice(read));
  return found.filter((run) => run !== "");
}

/**
 * Read an answer into blocks.
 *
 * @param {{text: string, conflicts?: Array<{about: string, comment: string}>}} answer
 * @returns {Array<{kind: "paragraph"|"lead-in", line: string}|{kind: "list", lines: string[]}|{kind: "conflict", conflict: object}>}
 */
export function blocks({ text, conflicts = [] }) {
  const found = [];
  const comments = new Set();
  for (const chunk of text.split(/\n{2,}/).filter((part) => part.trim())) {
    const conflict = conflicts.find((one) => chunk.startsWith(`${CONFLICT_LEAD_IN} ${one.about}\n`));
    if (conflict) {
      found.push({ kind: "conflict", conflict });
      comments.add(conflict.comment);
    } else if (!comments.delete(chunk)) {
      found.push(...chunkBlocks(chunk));
    }
  }
  return found;
}

/** The lines of one chunk, list items gathered. */
function chunkBlocks(chunk) {
  const found = [];
  for (const line of chunk.split("\n")) {
    if (!line.startsWith("- ")) found.push({ kind: line.endsWith(":") ? "lead-in" : "paragraph", line });
    else if (found.at(-1)?.kind === "list") found.at(-1).lines.push(line.slice(2));
    else found.push({ kind: "list", lines: [line.slice(2)] });
  }
  return found;
}

/**
 * The ways to reach a contact: "112 or 999" is two numbers. `calls` in ui/app/calls.py reads them alike.
 *
 * @param {{service: string, number: string}} contact
 * @returns {Array<{number: string, href: string|null, byText: boolean}>}
 */
export function waysToReach({ service, number }) {
  return number.split(/\s+or\s+|,\s+/).map((one) => {
    const byText = /\btext\b/.test(service) || one.startsWith("text ");
    const read = one.replace(/^text /, "");
    const dialled = read.match(/^[+*]?\d[\d\s-]*/)?.[0].replace(/[\s-]/g, "");
    return { number: read, href: dialled ? `${byText ? "sms" : "tel"}:${dialled}` : null, byText };
  });
}
