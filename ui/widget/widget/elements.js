/** Elements out of text. The only way the widget makes any, so nothing it is given can become markup. */

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Object<string, any>} attributes attribute values; null and false leave one out, true gives it no value, and a
 *   function under `on` + event listens to that event.
 * @param {...(Node|string|null)} children strings become text; null is left out.
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * A link that leaves the page.
 *
 * @param {string} text
 * @param {string|null} url
 * @param {string} newTab what a screen reader adds.
 * @returns {Node} plain text if the url is not http or https.
 */
export function link(text, url, newTab) {
  const safe = webAddress(url);
  if (!safe) return document.createTextNode(text);
  const note = make("span", { class: "unseen" }, ` (${newTab})`);
  return make("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, text, note);
}

/**
 * @param {string|null} url
 * @returns {string|null} the address if it is http or https: no `javascript:`, no `data:`.
 */
export function webAddress(url) {
  const parsed = URL.parse(url ?? "");
  return parsed && ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
}
