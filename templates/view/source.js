/** A file as it is fetched: what is known of it, and what went wrong the last time. */

import { grid, read } from "../lib/data.js";

/** @typedef {import("../lib/data.js").Tier} Tier */

export class Source {
  /** @param {Tier} tier @param {() => void} onChange */
  constructor(tier, onChange) {
    this.tier = tier;
    this.onChange = onChange;
    /** @type {import("../lib/data.js").Doc | null} */
    this.doc = null;
    /** @type {import("../lib/data.js").Grid | null} */
    this.grid = null;
    /** What is wrong, to say; null: nothing. @type {string | null} */
    this.problem = null;
    this.isMissing = false;
    this.asked = 0;
    this.failures = 0;
    /** @type {string | null} */
    this.text = null;
    /** @type {Promise<void> | null} */
    this.busy = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
  }

  get both() {
    return this.doc && this.grid ? { doc: this.doc, grid: this.grid } : null;
  }

  /** @returns {Promise<void>} when it was asked for once more */
  load() {
    clearTimeout(this.retry);
    this.busy ??= this.fetch().finally(() => {
      this.busy = null;
      this.onChange();
    });
    return this.busy;
  }

  async fetch() {
    this.asked = Date.now();
    const name = `${this.tier}.json`;
    /** @type {string | null} */
    let problem = null;
    this.isMissing = false;
    try {
      const answer = await fetch(name, { cache: "no-cache" });
      if (answer.status === 404 || answer.status === 410) {
        this.isMissing = this.doc === null;
        problem = this.doc ? `${name} is not there any more` : null;
      } else if (!answer.ok) {
        problem = `${name} cannot be read: the server answers ${answer.status}`;
      } else {
        const text = await answer.text();
        if (text !== this.text) {
          try {
            const doc = read(text, this.tier);
            this.grid = grid(doc);
            this.doc = doc;
            this.text = text;
          } catch (error) {
            problem = `${name} cannot be read: ${error instanceof Error ? error.message : error}`;
          }
        }
      }
    } catch {
      problem = `${name} cannot be reached`;
    }
    this.problem = problem;
    this.failures = problem || this.isMissing ? this.failures + 1 : 0;
    if (this.failures) {
      this.retry = setTimeout(() => this.load(), Math.min(60000, 2500 * 2 ** this.failures));
    }
  }
}
