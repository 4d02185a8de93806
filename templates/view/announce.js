/** What arrow keys read in a chart is said to a screen reader, in one place of the page. */

import { h, setText } from "./dom.js";

/** Parts of the script that are fetched later say it in the same place. */
const ID = "read";

/** @param {string} text */
export function announce(text) {
  const there = document.getElementById(ID);
  const region = there ?? h("p", { id: ID, class: "hidden", "aria-live": "polite" });
  if (!there) document.body.append(region);
  setText(region, text);
}
