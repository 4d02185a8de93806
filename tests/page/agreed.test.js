/** The page and the commands agree: both get the numbers that stand in flows.json, out of the same hours. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ranked } from "../../templates/lib/devices.js";
import { has, open, shares } from "../../templates/lib/flows.js";
import { summed } from "../../templates/lib/model.js";
import { file } from "./home.js";

/** @typedef {import("../../templates/lib/flows.js").Share} Share */

const cases = JSON.parse(readFileSync(new URL("expected/flows.json", import.meta.url), "utf8"));
const START = Date.parse("2026-11-24T00:00:00Z");
const SHARES = /** @type {Share[]} */ (["sufficiency", "consumption"]);

/** @param {number} count @returns {string} */
const hour = (count) => new Date(START + count * 3600000).toISOString();

/** @param {any} given a case */
const opened = ({ kinds, hours, told }) =>
  open(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-24",
      until: hour(hours.length),
      series: Object.fromEntries(
        Object.entries(kinds).map(([name, [unit, kind]]) => [name, { unit, state_class: kind }]),
      ),
      points: Object.fromEntries(
        hours.map((/** @type {object} */ one, /** @type {number} */ i) => [hour(i), one]),
      ),
    }),
    "daily",
    told,
  );

/** @param {any} thing @returns {any} numbers with the digits that the commands tell */
function rounded(thing) {
  if (typeof thing === "number") return Number(thing.toFixed(4)) + 0;
  if (Array.isArray(thing)) return thing.map(rounded);
  if (thing === null || typeof thing !== "object") return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, rounded(value)]));
}

for (const given of cases) {
  test(`as the commands tell it: ${given.name}`, () => {
    const { doc, grid } = opened(given);
    const flows = Object.keys(doc.counts).filter((role) => role !== "grid" && role !== "battery");
    const devices = ranked(doc, grid).filter(({ name }) => name !== null);
    const found = {
      ...Object.fromEntries(flows.map((role) => [role, summed(doc, grid, doc.counts[role]).total])),
      ...Object.fromEntries(
        SHARES.filter((share) => has(doc, share)).map((share) => [
          share,
          shares(doc, grid, share).get(0) ?? null,
        ]),
      ),
      ...(devices.length && {
        devices: devices.map(({ series, kwh, share }) => [series, kwh, share]),
      }),
    };
    assert.deepEqual(rounded(found), rounded(given.wanted));
  });
}
