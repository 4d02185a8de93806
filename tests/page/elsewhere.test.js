/** The page says whose times it tells only to readers whose clock shows others. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isElsewhere } from "../../templates/lib/elsewhere.js";
import { Zone } from "../../templates/lib/time.js";

const NOW = Date.UTC(2026, 6, 1, 12);

/** @type {[string, string, boolean][]} the home's zone, the reader's, whether they differ */
const READERS = [
  ["Europe/Vienna", "Europe/Vienna", false],
  ["Europe/Vienna", "Europe/Berlin", false],
  ["Asia/Kolkata", "Asia/Calcutta", false],
  ["Europe/Vienna", "Asia/Tokyo", true],
  ["Europe/London", "UTC", true],
  ["Africa/Lagos", "Europe/Vienna", true],
  ["Africa/Johannesburg", "Europe/Vienna", true],
  ["Australia/Brisbane", "Australia/Sydney", true],
];
for (const [home, own, differs] of READERS) {
  test(`a reader in ${own} has ${differs ? "another" : "the same"} clock as ${home}`, (context) => {
    const { TZ } = process.env;
    context.after(() => {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    });
    process.env.TZ = own;
    for (const months of [0, 3, 6, 9]) {
      const now = NOW + months * 30 * 24 * 3600 * 1000;
      assert.equal(isElsewhere(new Zone(home), now), differs);
    }
  });
}
