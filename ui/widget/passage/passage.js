/** The page of one passage: reads the link, fetches the passage, and shows it with the quote marked. */

import { make } from "../widget/elements.js";
import { readPage } from "../widget/links.js";
import { Away, Problem, Service } from "../widget/service.js";
import { drawTerms, markQuote, reviewStatus } from "../widget/source.js";
import { lengthOf } from "../widget/text.js";
import { PAGE, WORDS } from "../widget/words.js";

const NOT_FOUND = 404;
const service = new Service(new URL("..", import.meta.url));
const main = document.querySelector("main");

async function show() {
  const asked = readPage(location.search);
  main.setAttribute("aria-busy", "true");
  try {
    if (asked.id === null) throw new NotWhole();
    fill(drawPassage(await service.passage(asked.id), asked));
    document.querySelector("mark")?.scrollIntoView({ block: "center" });
  } catch (error) {
    fill(drawFailure(error));
  }
}

/** The link names no passage. */
class NotWhole extends Error {}

function fill(parts) {
  main.replaceChildren(...parts.filter(Boolean));
  main.setAttribute("aria-busy", "false");
  document.title = `${main.querySelector("h1").textContent} · SOT Assistant`;
}

/** A span that the passage does not have is told; the passage is shown all the same. */
function drawPassage({ id, title, heading, text, review }, { start, end, isWhole }) {
  const all = lengthOf(text);
  const isThere = isWhole && end !== null && end <= all;
  const trouble = isThere || (isWhole && end === null) ? null : isWhole ? PAGE.outside(end, all) : PAGE.noSpan;
  const quoted = isThere ? markQuote(text, start, end) : [text];
  if (isThere) {
    quoted[1].id = "quote";
    quoted[1].tabIndex = -1;
  }
  return [
    make("h1", {}, title),
    heading.length ? make("p", { class: "path" }, heading.join(" › ")) : null,
    trouble && drawTrouble(trouble, PAGE.openAgain),
    isThere ? make("a", { class: "to-quote", href: "#quote" }, PAGE.toQuote) : null,
    make("blockquote", { class: "passage" }, ...quoted),
    drawTerms([
      [WORDS.review, [reviewStatus(review)]],
      [PAGE.passage, [id]],
      ...(isThere ? [[PAGE.span, [PAGE.characters(start, end, all)]]] : []),
    ]),
    isThere ? make("p", { class: "note" }, PAGE.asStored) : null,
  ];
}

/** What is wrong and what to do: about the link, about the service, or what the service says itself. */
function drawFailure(error) {
  const known = error instanceof Problem ? error.document : null;
  const titled = (title, ...trouble) => [make("h1", {}, title), drawTrouble(...trouble), drawWayOut()];
  if (error instanceof NotWhole) return titled(PAGE.notWhole, PAGE.notWholeText, PAGE.openAgain);
  if (known?.status === NOT_FOUND) return titled(PAGE.unknown, PAGE.unknownText, PAGE.openAgain);
  if (known) return titled(known.title, known.detail, known.fix, drawAgain());
  if (error instanceof Away) return titled(PAGE.away, PAGE.awayText, null, drawAgain());
  throw error;
}

function drawTrouble(text, fix, again = null) {
  const mending = fix && make("p", {}, `${WORDS.toMendIt}: ${fix}`);
  return make("div", { class: "failure", role: "alert" }, make("p", {}, text), mending, again);
}

const drawWayOut = () => make("p", { class: "to-assistant" }, make("a", { href: "./" }, PAGE.toAssistant));

const drawAgain = () => make("button", { type: "button", onclick: showAgain }, WORDS.tryAgain);

/** The button that was pressed is gone by then, so the focus goes to what came of it. */
async function showAgain() {
  await show();
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
}

show();
