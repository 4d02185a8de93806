/** A table of rows whose first cells are their heads. */

import { h, partNode } from "./dom.js";

/** @param {string} name @param {import("../lib/model.js").Table} table */
export const tableNode = (name, { head, rows }) =>
  h(
    "table",
    {},
    h("caption", { class: "hidden" }, name),
    h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, cell)))),
    h(
      "tbody",
      {},
      ...rows.map(([first, ...rest]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, partNode(first)),
          ...rest.map((cell) => h("td", {}, partNode(cell))),
        ),
      ),
    ),
  );
