/** What arrow keys read in a chart is said to a screen reader, in one place of the page. */

import { h, setText } from "./dom.js";

const region = h("p", { class: "hidden", "aria-live": "polite" });

/** @param {string} text */
export function announce(text) {
  if (!region.isConnected) document.body.append(region);
  setText(region, text);
}
