/** The service over the wire. */

import { pageOf } from "./links.js";

const ANSWER_SECONDS_MAX = 60;
const PASSAGE_SECONDS_MAX = 15;
const FORGET_SECONDS_MAX = 15;

/** The service answered that it cannot: a problem document (RFC 9457) with its `fix`. */
export class Problem extends Error {
  /** @param {{title: string, detail: string, fix: string, status: number, contacts?: object[]}} document */
  constructor(document) {
    super(document.title);
    this.document = document;
  }
}

/** The service could not be reached, or broke off. */
export class Away extends Error {}

export class Service {
  #base;

  /** @param {string} base the address that `v1/ask` is relative to. */
  constructor(base) {
    this.#base = base;
  }

  /**
   * Whether questions are answered.
   *
   * @throws {Problem|Away}
   */
  async ready() {
    await this.#fetch("readyz", {}, PASSAGE_SECONDS_MAX);
  }

  /**
   * Ask, and hear the answer as it comes.
   *
   * @param {{question: string, audience: string, region?: string, conversation_id?: string}} body
   * @param {(name: string, data: any) => void} heard called for `verdict`, `statement` and `citations`.
   * @returns {Promise<object>} the whole answer.
   * @throws {Problem|Away}
   */
  async ask(body, heard) {
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await this.#fetch("v1/ask/stream", request, ANSWER_SECONDS_MAX);
    try {
      for await (const { name, data } of events(response.body)) {
        if (name === "done") return data;
        heard(name, data);
      }
    } catch (error) {
      throw new Away("The answer broke off.", { cause: error });
    }
    throw new Away("The answer broke off.");
  }

  /**
   * @param {string} id
   * @returns {Promise<{text: string}>} the passage as it is stored.
   * @throws {Problem|Away}
   */
  async passage(id) {
    const response = await this.#fetch(`v1/passages/${encodeURIComponent(id)}`, {}, PASSAGE_SECONDS_MAX);
    return response.json().catch((error) => {
      throw new Away("The passage broke off.", { cause: error });
    });
  }

  /** @param {{passage_id: string, start: number, end: number}} citation @returns {string} the page that shows it alone. */
  page(citation) {
    return new URL(pageOf(citation), this.#base).href;
  }

  /**
   * Delete a conversation with its receipts; one that is gone already is as good.
   *
   * @param {string} id
   * @throws {Problem|Away}
   */
  async forget(id) {
    try {
      // Kept alive: whoever starts anew and closes the page wants it gone too.
      await this.#fetch(`v1/conversations/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }, FORGET_SECONDS_MAX);
    } catch (error) {
      if (error.document?.status !== 404) throw error;
    }
  }

  async #fetch(path, request, seconds) {
    let response;
    try {
      // No cookie goes along and no address of the page: the service needs neither.
      const privately = { credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(seconds * 1000) };
      response = await fetch(new URL(path, this.#base), { ...request, ...privately });
    } catch (error) {
      throw new Away("The service cannot be reached.", { cause: error });
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/** The problem a response tells of; something between us and the service may have answered in its place. */
async function problemOf(response) {
  const document = await response.json().catch(() => null);
  return document?.title && document?.fix ? new Problem(document) : new Away(`The service answered ${response.status}.`);
}

/**
 * Server-sent events of a stream whose data is JSON.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @yields {{name: string, data: any}}
 */
export async function* events(stream) {
  let kept = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const parts = (kept + read.value).split(/\r?\n\r?\n/);
      kept = parts.pop();
      yield* parts.map(eventOf).filter(Boolean);
    }
  } finally {
    reader.cancel();
  }
}

/** One event out of its lines; null for a comment that only keeps the line open. */
function eventOf(part) {
  const values = (field) =>
    part.split(/\r?\n/).filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ""));
  const data = values("data").join("\n");
  return data ? { name: values("event")[0] ?? "message", data: JSON.parse(data) } : null;
}
