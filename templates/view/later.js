/** Parts of the script that are fetched when they are first needed: each is a file in `later`. */

import { say } from "../lib/words.js";

/**
 * @typedef {{ closed: typeof import("../later/closed.js"),
 *   csv: typeof import("../later/csv.js"), money: typeof import("../later/money.js"),
 *   tables: typeof import("../later/tables.js"), years: typeof import("../later/years.js") }} Parts
 */

/** @type {Record<string, string>} */
const files = JSON.parse(document.documentElement.dataset.later ?? "{}");

/** Has the browser make ready what it writes numbers and dates with, while the page does other things. */
export function warmUp() {
  try {
    new Worker(new URL(files.intl, document.baseURI));
  } catch {
    // Then the first number takes longer.
  }
}

/** What makes addresses new once one could not be fetched. */
let again = "";

/**
 * @template {keyof Parts} Name
 * @param {Name} name
 * @returns {Promise<Parts[Name]>}
 * @throws {Error} that says what a reader can be told, if it cannot be fetched
 */
export async function later(name) {
  try {
    return await import(new URL(files[name] + again, document.baseURI).href);
  } catch {
    // A browser may remember for an address that it could not be fetched.
    again = `?again=${Date.now()}`;
    throw new Error(say("problem.unreachable", { file: files[name] }));
  }
}
