/** Charts and squares as tables: fetched when the first table is opened. */

export { chartTable, heatTable } from "../lib/tables.js";
export { speak } from "../lib/words.js";
export { tableNode } from "../view/table.js";
