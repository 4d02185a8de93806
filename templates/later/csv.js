/** What is shown as a table that is saved: fetched when somebody saves the first one. */

export { csv, rows } from "../lib/csv.js";
