/** Other meters of what is counted already. */

import { say } from "../lib/words.js";
import { h, partNode } from "./dom.js";

/** @returns {import("./cards.js").View<import("../lib/model.js").Twice>} */
export function twice() {
  const lines = h("ul");
  const element = h("section", { class: "card twice" }, h("h2", {}, say("twice.title")), lines);
  /** @param {import("../lib/model.js").Twice} model */
  const update = (model) =>
    lines.replaceChildren(...model.map((line) => h("li", {}, ...line.map(partNode))));
  return { element, update };
}
