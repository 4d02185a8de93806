/** Makes elements; text is never read as HTML. */

/** @typedef {import("../lib/model.js").Part} Part */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(
    .../** @type {(Node | string)[]} */ (children.filter((child) => child || child === "")),
  );
  return element;
}

/** @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Part} part @returns {Node} */
export function partNode({ text, key, raw, tone, hash }) {
  const shown = hash === undefined ? text : h("a", { href: hash }, text);
  return key === undefined
    ? typeof shown === "string"
      ? document.createTextNode(shown)
      : shown
    : h("span", { "data-value": key, "data-raw": raw === null ? "" : raw, class: tone }, shown);
}

/** @param {HTMLElement} element @param {Part} part a number or a time that stays in its place */
export function setPart(element, { text, key, raw }) {
  setText(element, text);
  element.dataset.value = key;
  element.dataset.raw = raw == null ? "" : String(raw);
}

/** @param {HTMLElement} element @param {Part[]} parts */
export const setParts = (element, parts) => element.replaceChildren(...parts.map(partNode));

/** @param {string} name @param {string} text @param {string} type */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** @param {string} hash of a place of the page, which is opened */
export function go(hash) {
  location.hash = hash;
}
