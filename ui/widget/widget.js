/**
 * `<sot-assistant>`: the assistant on any page.
 *
 *   <script type="module" src="https://assistant.example/widget.js"></script>
 *   <sot-assistant region="GB"><p>What is shown until it has loaded.</p></sot-assistant>
 *
 * Attributes: `region` (whose emergency numbers), `audience` (patient, student or staff; without it a choice is shown),
 * `theme` (light or dark; without it the reader's own), `service` (address of the service; without it, where this script
 * came from).
 */

import { drawAnswer, drawBeginning, drawContacts, drawSuggestions, isDanger } from "./widget/answer.js";
import { make } from "./widget/elements.js";
import { Away, Problem, Service } from "./widget/service.js";
import { lengthOf } from "./widget/text.js";
import { AUDIENCES, CHARACTERS_LEFT_SHOWN, CHARACTERS_MAX, LAST_RESORT, STARTERS, WORDS } from "./widget/words.js";

const HERE = new URL(".", import.meta.url);
// Long enough for a screen reader to take it up; it must not stand there twice when the page is read through.
const ANNOUNCED_MS = 5000;

class SotAssistant extends HTMLElement {
  #service;
  #conversation = null;
  #asking = null;
  #parts = null;

  connectedCallback() {
    if (this.#parts) return;
    this.#service = new Service(new URL(this.getAttribute("service") ?? HERE, document.baseURI));
    this.#parts = this.#draw();
    this.#welcome();
    this.#service.ready().catch((error) => this.#parts.log.append(this.#drawFailure(error, null)));
  }

  get #audience() {
    return this.#parts.audience?.value ?? this.getAttribute("audience");
  }

  #draw() {
    const root = this.attachShadow({ mode: "open" });
    const parts = {
      audience: this.hasAttribute("audience") ? null : this.#drawAudience(),
      log: make("div", { class: "log", role: "log", "aria-live": "off", "aria-label": WORDS.log, tabindex: "0" }),
      question: make("textarea", {
        id: "question",
        rows: "2",
        placeholder: WORDS.placeholder,
        "aria-describedby": "hint count",
        oninput: () => this.#count(),
        onkeydown: (event) => this.#onKey(event),
      }),
      count: make("p", { id: "count", class: "count" }),
      polite: make("div", { class: "unseen", role: "status" }),
      urgent: make("div", { class: "unseen", role: "alert" }),
    };
    const style = make("link", { rel: "stylesheet", href: new URL("widget/style.css", HERE).href });
    root.append(style, make("section", { class: "panel", "aria-label": WORDS.title }, ...this.#drawPanel(parts)));
    return parts;
  }

  #drawPanel({ audience, log, question, count, polite, urgent }) {
    const startOver = make("button", { type: "button", class: "quiet", onclick: () => this.#startOver() }, WORDS.startOver);
    const send = make("button", { type: "submit", class: "send" }, WORDS.send);
    const composer = make(
      "form",
      { class: "composer", onsubmit: (event) => (event.preventDefault(), this.#send()) },
      make("label", { for: "question" }, WORDS.label),
      make("div", { class: "row" }, question, send),
      count,
      make("p", { id: "hint", class: "hint" }, WORDS.hint),
    );
    const name = make("div", {}, make("h2", {}, WORDS.title), make("p", {}, WORDS.subtitle));
    const choice = audience && make("label", {}, `${WORDS.audience} `, audience);
    const head = make("header", { class: "head" }, name, make("div", { class: "controls" }, choice, startOver));
    const foot = make("footer", { class: "foot" }, composer, make("p", { class: "notice" }, WORDS.notice));
    return [head, log, polite, urgent, foot];
  }

  #drawAudience() {
    const options = Object.entries(AUDIENCES).map(([value, name]) => make("option", { value }, name));
    return make("select", { id: "audience", onchange: () => this.#onAudience() }, ...options);
  }

  #welcome() {
    const ask = (question) => this.#ask(question);
    const starters = drawSuggestions(WORDS.starters, STARTERS[this.#audience] ?? STARTERS.patient, ask);
    this.#parts.log.replaceChildren(make("div", { class: "welcome" }, make("p", {}, WORDS.welcome), starters));
  }

  #onAudience() {
    if (this.#parts.log.querySelector(".welcome")) this.#welcome();
  }

  #startOver() {
    const old = this.#conversation;
    // What is being asked now would be remembered after its conversation was deleted: that waits for the answer.
    if (this.#asking) this.#asking.isGivenUp = true;
    else if (old) this.#forget(old);
    this.#asking = this.#conversation = null;
    this.#welcome();
    this.#announce(WORDS.started);
    this.#parts.question.focus();
  }

  /** Delete a conversation at the service, and say at the top of the new one whether that worked. */
  async #forget(id) {
    const told = await this.#service.forget(id).then(() => WORDS.oldDeleted, () => WORDS.oldKept);
    this.#parts.log.prepend(make("p", { class: "note" }, `${WORDS.started} ${told}`));
    this.#announce(`${WORDS.started} ${told}`);
  }

  #onKey(event) {
    // While an input method composes, Enter chooses a character.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #count() {
    const left = CHARACTERS_MAX - lengthOf(this.#parts.question.value);
    const near = left < CHARACTERS_LEFT_SHOWN;
    this.#parts.count.textContent = left < 0 ? WORDS.tooLong(-left) : near ? WORDS.left(left) : "";
    this.#parts.question.setAttribute("aria-invalid", String(left < 0));
    return left;
  }

  #send() {
    const question = this.#parts.question.value;
    if (this.#asking || !question.trim()) return;
    if (this.#count() < 0) return this.#announce(this.#parts.count.textContent);
    // A keyboard on the screen would cover the answer.
    if (matchMedia("(pointer: coarse)").matches) this.#parts.question.blur();
    this.#ask(question);
  }

  async #ask(question) {
    if (this.#asking) return;
    const asking = (this.#asking = { isGivenUp: false, conversation: this.#conversation });
    const { exchange, answer } = this.#begin(question);
    try {
      const whole = await this.#service.ask(this.#body(question), (name, data) => this.#onEvent(asking, answer, name, data));
      if (asking.isGivenUp) return;
      this.#conversation = whole.conversation_id;
      this.#finish(answer, whole);
      this.#clear(question);
    } catch (error) {
      if (asking.isGivenUp) return;
      // An answer that broke off is remembered all the same: trying again goes on there, and a new conversation deletes it.
      this.#conversation = asking.conversation;
      exchange.replaceChildren(exchange.firstChild, this.#drawFailure(error, question));
      this.#keep(question);
    } finally {
      if (this.#asking === asking) this.#asking = null;
      // In a new conversation nobody waits for this answer, and the old one can be forgotten with it.
      if (asking.isGivenUp && asking.conversation) this.#forget(asking.conversation);
    }
  }

  #body(question) {
    const body = { question, audience: this.#audience, conversation_id: this.#conversation };
    return this.hasAttribute("region") ? { ...body, region: this.getAttribute("region") } : body;
  }

  /** Show the question, and that its answer is being looked for. */
  #begin(question) {
    const answer = make("article", { class: "answer", "aria-label": WORDS.answer, "aria-busy": "true" }, make("p", { class: "note" }, WORDS.looking));
    const asked = make("p", { class: "asked" }, make("span", { class: "unseen" }, `${WORDS.you}: `), question);
    const exchange = make("div", { class: "exchange" }, asked, answer);
    for (const passed of this.#parts.log.querySelectorAll(".welcome, .at-start")) passed.remove();
    this.#parts.log.append(exchange);
    this.#announce(WORDS.looking);
    this.#show(exchange);
    return { exchange, answer };
  }

  #onEvent(asking, answer, name, data) {
    if (name === "verdict") asking.conversation = data.conversation_id;
    if (asking.isGivenUp) return;
    if (name === "verdict") {
      answer.dataset.action = data.verdict.action;
      answer.replaceChildren(...drawBeginning(data));
      if (isDanger(data.verdict.action)) this.#alert(data.contacts);
    } else if (name === "statement") {
      answer.append(make("p", {}, data.text));
    }
  }

  #finish(answer, whole) {
    const can = {
      passage: (id) => this.#service.passage(id),
      page: (citation) => this.#service.page(citation),
      ask: (question) => this.#ask(question),
    };
    answer.dataset.action = whole.verdict.action;
    answer.replaceChildren(...drawAnswer(whole, can));
    answer.setAttribute("aria-busy", "false");
    const sources = whole.citations.length ? ` ${WORDS.sourcesCount(whole.citations.length)}.` : "";
    this.#announce(`${WORDS.answer}: ${whole.text.replace(/ \[\d+\]/g, "")}${sources}`);
    this.#show(answer.parentElement);
  }

  /** What is wrong and how to mend it; where nothing was answered, the emergency numbers too. */
  #drawFailure(error, question) {
    if (!(error instanceof Problem || error instanceof Away)) throw error;
    const known = error instanceof Problem ? error.document : null;
    const again = () => (question ? this.#again(question, failure) : this.#recheck(failure));
    const numbers = known?.contacts ?? this.#lastResort();
    const failure = make(
      "div",
      { class: question ? "failure" : "failure at-start", role: "group", "aria-label": known?.title ?? WORDS.away },
      make("h3", { class: "title" }, known?.title ?? WORDS.away),
      make("p", {}, known?.detail ?? WORDS.awayText),
      known ? make("p", {}, `${WORDS.toMendIt}: ${known.fix}`) : null,
      make("button", { type: "button", onclick: again }, WORDS.tryAgain),
      make("p", { class: "lead-in" }, WORDS.inAnEmergency),
      drawContacts(numbers, true),
    );
    this.#parts.urgent.textContent = `${known?.title ?? WORDS.away}. ${known?.fix ?? WORDS.awayText}`;
    return failure;
  }

  /** The numbers known without the service, the page's own region first. */
  #lastResort() {
    const own = this.getAttribute("region");
    return LAST_RESORT.toSorted((a, b) => (b.region === own) - (a.region === own));
  }

  #again(question, failure) {
    failure.parentElement.remove();
    this.#ask(question);
    this.#parts.question.focus();
  }

  async #recheck(failure) {
    const replace = (...parts) => failure.replaceWith(...parts);
    await this.#service.ready().then(() => replace(), (error) => replace(this.#drawFailure(error, null)));
    this.#parts.question.focus();
  }

  /** Empty the box, unless something else was typed meanwhile. */
  #clear(question) {
    if (this.#parts.question.value === question) this.#parts.question.value = "";
    this.#count();
  }

  /** Put a question that failed into an empty box. */
  #keep(question) {
    if (!this.#parts.question.value) this.#parts.question.value = question;
    this.#count();
  }

  #announce(text) {
    this.#say(this.#parts.polite, text);
  }

  #alert(contacts) {
    this.#say(this.#parts.urgent, contacts.map(({ service, number }) => `${service}: ${number}`).join(". "));
  }

  #say(region, text) {
    region.textContent = text;
    setTimeout(() => region.textContent === text && (region.textContent = ""), ANNOUNCED_MS);
  }

  /** Bring the question of an exchange to the top of what scrolls, so that its answer is read from the beginning. */
  #show(exchange) {
    const { log } = this.#parts;
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    const logScrolls = getComputedStyle(log).overflowY === "auto";
    if (logScrolls) log.scrollTo({ top: exchange.offsetTop, behavior });
    else exchange.scrollIntoView({ block: "start", behavior });
  }
}

customElements.define("sot-assistant", SotAssistant);
