/** Links to the page of a passage: made here and read here. Pure. `passage_page` in ui/links.py makes them alike. */

/**
 * The page that shows a passage with a quote marked.
 *
 * @param {{passage_id: string, start: number, end: number}} citation its span in code points.
 * @returns {string} relative to the service's address.
 */
export const pageOf = ({ passage_id, start, end }) => `passage?id=${encodeURIComponent(passage_id)}&start=${start}&end=${end}`;

/**
 * What such a link asks for.
 *
 * @param {string} search the query, from the question mark on.
 * @returns {{id: string|null, start: number|null, end: number|null, isWhole: boolean}} `isWhole` tells whether it names a
 *   passage and, if it names a span at all, one that can be.
 */
export function readPage(search) {
  const asked = new URLSearchParams(search);
  const id = asked.get("id")?.trim() || null;
  const [start, end] = ["start", "end"].map((name) => (/^\d{1,9}$/.test(asked.get(name) ?? "") ? Number(asked.get(name)) : null));
  const spanIsWhole = start !== null && end !== null && start < end;
  return { id, start, end, isWhole: id !== null && (spanIsWhole || !(asked.has("start") || asked.has("end"))) };
}
