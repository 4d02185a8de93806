/** A table that the reader can open. What makes tables is fetched when the first one is opened. */

import { say, speech } from "../lib/words.js";
import { h } from "./dom.js";
import { later } from "./later.js";

/** @typedef {typeof import("../later/tables.js")} Tables */

/** @param {string} name @param {(tables: Tables) => import("../lib/model.js").Table} make */
export function disclosure(name, make) {
  const host = h("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": say("table.of", { name }),
  });
  const element = h(
    "details",
    {},
    h("summary", {}, say("table.show"), h("span", { class: "hidden" }, `: ${name}`)),
    host,
  );
  const show = async () => {
    try {
      const tables = await later("tables");
      tables.speak(...speech());
      host.replaceChildren(tables.tableNode(name, make(tables)));
    } catch (error) {
      host.textContent = /** @type {Error} */ (error).message;
    }
  };
  const update = () => {
    if (element.open) show();
  };
  element.addEventListener("toggle", update);
  return { element, update };
}
