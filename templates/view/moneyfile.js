/** money.json: fetched, kept, and asked for again. */

import { FileError } from "../lib/data.js";
import { readMoney } from "../lib/money.js";

/** @typedef {import("../lib/money.js").Money} Money */
/** @typedef {import("../lib/status.js").Problem} Problem */

const NAME = "money.json";

/** There may be a newer file after so many ms; one that could not be had is asked for sooner. */
const REFRESH = 600000;
const AGAIN = 60000;

export class MoneyFile {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {Money | null} */
    this.money = null;
    /** What is wrong with the file, if it is there. @type {Problem | null} */
    this.problem = null;
    this.text = "";
    this.asked = 0;
    this.isHad = false;
  }

  /** Asks for the file if there may be a newer one. */
  refresh() {
    if (Date.now() - this.asked >= (this.isHad ? REFRESH : AGAIN)) void this.load();
  }

  async load() {
    this.asked = Date.now();
    const text = await fetched();
    this.isHad = text !== null;
    // If it cannot be had, the page shows what it had before.
    if (text === null || text === this.text) return;
    this.text = text;
    this.problem = null;
    try {
      this.money = readMoney(text);
    } catch (error) {
      const fault = error instanceof FileError ? error.fault : "form";
      this.problem = { key: `problem.${fault}`, values: { file: NAME } };
    }
    this.onChange();
  }
}

/** @returns {Promise<string | null>} null if the file is not there, or cannot be had now */
async function fetched() {
  try {
    const answer = await fetch(NAME, { cache: "no-cache" });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}
