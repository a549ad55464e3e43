/** An answer as a person reads it: what to do first, then what is stated, then what else could be asked. */

import { make } from "./elements.js";
import { drawSource } from "./source.js";
import { blocks, runs, waysToReach } from "./text.js";
import { REGIONS, SUGGESTIONS, TITLES, WORDS } from "./words.js";

const DANGERS = new Set(["emergency", "crisis"]);

/** @param {string} action @returns {boolean} whether somebody may need help now. */
export const isDanger = (action) => DANGERS.has(action);

/**
 * Draw the beginning of an answer, before its text has come: for a danger the numbers already stand there.
 *
 * @param {{verdict: {action: string}, contacts: object[]}} begun the `verdict` event.
 * @returns {HTMLElement[]}
 */
export function drawBeginning({ verdict, contacts }) {
  const title = TITLES[verdict.action];
  return [
    title ? make("h3", { class: "title" }, title) : null,
    isDanger(verdict.action) ? drawContacts(contacts) : null,
  ].filter(Boolean);
}

/**
 * Draw a whole answer.
 *
 * @param {object} answer as it came over the wire.
 * @param {{passage: (id: string) => Promise<{text: string}>, page: (citation: object) => string, ask: (question: string) => void}} can
 * @returns {HTMLElement[]}
 */
export function drawAnswer(answer, can) {
  const { action } = answer.verdict;
  const pointer = new SourcePointer(answer.citations, can);
  return [
    ...drawBeginning(answer),
    answer.about ? make("p", { class: "note" }, `${WORDS.understoodAs}: ${answer.about}`) : null,
    ...blocks(answer).map((block) => drawBlock(block, pointer, answer.language)),
    isDanger(action) || !answer.contacts.length ? null : drawContacts(answer.contacts),
    drawSuggestions(SUGGESTIONS[action] ?? SUGGESTIONS.answer, answer.suggestions, can.ask),
  ].filter(Boolean);
}

/**
 * Draw numbers to call or to text.
 *
 * @param {Array<{service: string, number: string, region: string}>} contacts
 * @param {boolean} byRegion whether to name them by region instead of by service.
 * @returns {HTMLElement}
 */
export function drawContacts(contacts, byRegion = false) {
  const items = contacts.flatMap((contact) =>
    waysToReach(contact).map(({ number, href, byText }) => {
      const label = byRegion ? (REGIONS[contact.region] ?? contact.region) : sentenceCase(contact.service);
      const name = make("strong", {}, `${byText ? WORDS.text : WORDS.call} ${number}`);
      const inside = [name, make("span", {}, label)];
      return make("li", {}, href ? make("a", { href }, ...inside) : make("span", {}, ...inside));
    }),
  );
  return make("ul", { class: "contacts" }, ...items);
}

/**
 * Draw questions as buttons that ask them.
 *
 * @param {string} title
 * @param {string[]} questions
 * @param {(question: string) => void} ask
 * @returns {HTMLElement|null} null if there are none.
 */
export function drawSuggestions(title, questions, ask) {
  if (!questions.length) return null;
  const asking = (question) => make("button", { type: "button", onclick: () => ask(question) }, question);
  const items = questions.map((question) => make("li", {}, asking(question)));
  return make("div", { class: "suggestions" }, make("p", { class: "note" }, title), make("ul", {}, ...items));
}

/** Opens one source at a time, below the block whose marker was pressed, and gives the focus back when it closes. */
class SourcePointer {
  #citations;
  #can;
  #open = null;

  constructor(citations, can) {
    this.#citations = new Map(citations.map((citation) => [citation.marker, citation]));
    this.#can = can;
    this.markers = new Set(this.#citations.keys());
  }

  /** A button that opens the source of a marker. */
  draw(marker) {
    const { title, heading } = this.#citations.get(marker);
    const label = `${WORDS.source(marker)}: ${[title, ...heading].join(", ")}`;
    const button = make(
      "button",
      { type: "button", class: "marker", "aria-label": label, "aria-expanded": "false", onclick: () => this.#toggle(button, marker) },
      String(marker),
    );
    return button;
  }

  #toggle(button, marker) {
    const wasOpen = this.#open?.button === button;
    this.#close();
    if (wasOpen) return;
    const citation = this.#citations.get(marker);
    const card = drawSource(citation, this.#can.passage(citation.passage_id), this.#can.page(citation), () => {
      this.#close();
      button.focus();
    });
    button.closest("[data-block]").after(card);
    button.setAttribute("aria-expanded", "true");
    this.#open = { button, card };
    card.focus();
  }

  #close() {
    this.#open?.card.remove();
    this.#open?.button.setAttribute("aria-expanded", "false");
    this.#open = null;
  }
}

/** What is quoted is English; only the reply around it may be in the reader's own language, and run from the right. */
function drawBlock(block, pointer, language) {
  if (block.kind === "conflict") return drawConflict(block.conflict, pointer);
  if (block.kind === "list") {
    const items = block.lines.map((line) => make("li", {}, ...drawRuns(line, pointer)));
    return make("ul", { "data-block": true }, ...items);
  }
  const inside = drawRuns(block.line, pointer);
  const own = inside.every((run) => typeof run === "string") && language !== "en";
  return make("p", { "data-block": true, class: block.kind, lang: own && language, dir: own && "auto" }, ...inside);
}

function drawRuns(line, pointer) {
  return runs(line, pointer.markers).map((run) => (typeof run === "string" ? run : pointer.draw(run.marker)));
}

/** The sides of a conflict beside each other, equal in size and order of the corpus: none is made to win. */
function drawConflict({ about, sides, comment }, pointer) {
  const marked = (side) => [side.text, ...side.citations.filter((m) => pointer.markers.has(m)).map((m) => pointer.draw(m))];
  return make(
    "section",
    { class: "conflict", "data-block": true, "aria-label": `${WORDS.conflict}: ${about}` },
    make("p", { class: "lead-in" }, `${WORDS.conflict}: ${about}`),
    make("ul", { class: "sides" }, ...sides.map((side) => make("li", {}, ...marked(side)))),
    make("p", {}, comment),
  );
}

const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);
