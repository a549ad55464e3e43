/** A passage with its quote marked; an opened citation with who says it, how strongly, from which source. */

import { link, make } from "./elements.js";
import { cut } from "./text.js";
import { STRENGTHS, VOICES, WORDS } from "./words.js";

/**
 * Draw a citation. The quote stands there at once; the passage around it follows when it has come.
 *
 * @param {object} citation as it came over the wire.
 * @param {Promise<{text: string}>} passage
 * @param {string} page the address of the page that shows it alone.
 * @param {() => void} close called by the close button and by Escape.
 * @returns {HTMLElement} a region that can take the focus.
 */
export function drawSource(citation, passage, page, close) {
  const name = WORDS.source(citation.marker);
  const quoted = make("blockquote", { class: "passage" }, make("mark", {}, citation.quote));
  const note = make("p", { class: "note", role: "status" }, WORDS.loadingPassage);
  passage.then(
    ({ text }) => showPassage(quoted, note, citation, text),
    () => note.replaceChildren(WORDS.passageAway),
  );
  return make(
    "section",
    { class: "source", tabindex: "-1", "aria-label": name, onkeydown: (event) => event.key === "Escape" && close() },
    make(
      "header",
      {},
      make("p", { class: "source-title" }, `${name}: ${[citation.title, ...citation.heading].join(" › ")}`),
      make("button", { type: "button", class: "quiet", onclick: close }, WORDS.closeSource),
    ),
    quoted,
    note,
    drawOrigin(citation),
    make("p", { class: "note" }, link(WORDS.ownPage, page, WORDS.newTab)),
  );
}

/**
 * Mark a quote in its passage.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end code points, as the service counts them.
 * @returns {[string, HTMLElement, string]} what is before, the quote, what is after.
 */
export function markQuote(text, start, end) {
  const [before, between, after] = cut(text, start, end);
  return [before, make("mark", {}, between), after];
}

/** @param {{status: string, by: string|null, on: string|null}} review @returns {string} whether a clinician stands behind it. */
export function reviewStatus({ status, by, on }) {
  return status !== "pending" && by ? WORDS.reviewBy(by, on) : WORDS.reviewPending;
}

/** The passage around the quote, if it holds the quote where the citation says; a warning if not. */
function showPassage(quoted, note, { quote, start, end }, text) {
  const [before, mark, after] = markQuote(text, start, end);
  if (mark.textContent === quote) {
    quoted.replaceChildren(before, mark, after);
    note.remove();
  } else {
    quoted.replaceChildren(quote);
    note.replaceChildren(WORDS.passageDiffers);
    note.classList.add("warning");
  }
}

/** Who says it, how strongly, whose words they were, who reviewed ours. */
function drawOrigin({ voice, strength, sources, review }) {
  const rows = [[WORDS.saidBy, [VOICES[voice] ?? voice]]];
  if (strength) rows.push([WORDS.strength, [STRENGTHS[strength] ?? strength]]);
  // What a clinic wrote is quoted as it is; everything else is in our words.
  const rests = voice === "clinic" ? WORDS.from : WORDS.ourWordingOf;
  for (const source of sources) rows.push([rests, drawCited(source)]);
  rows.push([WORDS.review, [reviewStatus(review)]]);
  return drawTerms(rows);
}

/** @param {Array<[string, Array<Node|string|null>]>} rows terms with what is held under them. @returns {HTMLElement} */
export function drawTerms(rows) {
  return make("dl", {}, ...rows.map(([term, held]) => make("div", {}, make("dt", {}, term), make("dd", {}, ...held))));
}

function drawCited({ title, publisher, year, url }) {
  const beside = [publisher, year].filter(Boolean).join(", ");
  return [link(title, url, WORDS.newTab), beside ? `, ${beside}` : null];
}
