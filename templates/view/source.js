/** A data file of the site: fetched, kept, and tried again if that fails. */

import { FileError } from "../lib/data.js";
import { joined, open } from "../lib/flows.js";

/** @typedef {import("../lib/data.js").Both} Both */
/** @typedef {import("../lib/data.js").Tier} Tier */

/** @typedef {import("../lib/status.js").Problem} Problem */

/** The statuses of a file that is not there. */
const GONE = [404, 410];

/** A failed fetch is repeated after 5 seconds, then after twice as long each time, up to this many ms. */
const LONGEST = 60000;

export class Source {
  /** @param {Tier} tier @param {() => void} onChange @param {Partial<import("../lib/flows.js").Home>} [home] @param {string} [name] of the file, if it is not the tier */
  constructor(tier, onChange, home = {}, name = tier) {
    this.tier = tier;
    this.name = name;
    this.home = home;
    this.onChange = onChange;
    /** @type {import("../lib/data.js").Doc | null} */
    this.doc = null;
    /** @type {import("../lib/data.js").Grid | null} */
    this.grid = null;
    /** What went wrong the last time. @type {Problem | null} */
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

  /** Whether the file is fetched for the first time. */
  get isAwaited() {
    return this.doc === null && !this.isMissing && this.problem === null;
  }

  /** @returns {Promise<void>} settled when the file was fetched */
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
    this.isMissing = false;
    this.problem = await this.ask(`${this.name}.json`);
    this.failures = this.problem || this.isMissing ? this.failures + 1 : 0;
    if (this.failures) {
      this.retry = setTimeout(() => this.load(), Math.min(LONGEST, 2500 * 2 ** this.failures));
    }
  }

  /** @param {string} name @returns {Promise<Problem | null>} what is wrong */
  async ask(name) {
    let text;
    try {
      const answer = await fetch(name, { cache: "no-cache" });
      if (GONE.includes(answer.status)) {
        this.isMissing = this.doc === null;
        return this.doc ? { key: "problem.gone", values: { file: name } } : null;
      }
      if (!answer.ok) {
        return { key: "problem.status", values: { file: name, status: String(answer.status) } };
      }
      text = await answer.text();
    } catch {
      return { key: "problem.unreachable", values: { file: name } };
    }
    try {
      this.take(text);
    } catch (error) {
      const fault = error instanceof FileError ? error.fault : "form";
      return { key: `problem.${fault}`, values: { file: name } };
    }
    return null;
  }

  /** @param {string} text of a file @throws {FileError} that says what is wrong with it */
  take(text) {
    if (text === this.text) return;
    const { doc, grid } = open(text, this.tier, this.home);
    this.grid = grid;
    this.doc = doc;
    this.text = text;
  }
}

/** The newest files that were joined, and their days. @type {[Both[], Both] | undefined} */
let whole;

/** @param {Source[]} files that were read @returns {Both} the days of all of them, the same each time */
export function bothOf(files) {
  const read = files.flatMap(({ both }) => both ?? []);
  const isSame = whole?.[0].every(({ doc }, i) => doc === read[i]?.doc);
  if (!whole || !isSame || whole[0].length !== read.length) whole = [read, joined(read)];
  return whole[1];
}
