/** Charts as tables: what is in view of the lines that are switched on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { mainChart } from "../../templates/lib/charts.js";
import { open } from "../../templates/lib/flows.js";
import { roles } from "../../templates/lib/roles.js";
import { chartTable } from "../../templates/lib/tables.js";
import { file, power } from "./home.js";
import "./english.js";

const { doc, grid } = open(
  file({
    tier: "daily",
    bucket: "60min",
    timezone: "UTC",
    date: "2026-11-24",
    until: "2026-11-24T06:00:00Z",
    series: { power: { unit: "W" }, solar: { unit: "W" } },
    points: {
      "2026-11-24T00:00:00Z": { power: power(100, 1), solar: power(0, 1) },
      "2026-11-24T01:00:00Z": { power: power(200, 1) },
      "2026-11-24T03:00:00Z": { solar: power(30, 1) },
      "2026-11-24T05:00:00Z": { power: power(500, 1, 0.5) },
    },
  }),
  "daily",
  { draws: { house: [["power", "net", 1]], solar: [["solar", "net", 1]] } },
);
const { edges } = grid;
const [chart] = mainChart(doc, grid, roles(doc));

/** @param {number} from @param {number} to @param {import("../../templates/lib/model.js").LineId[]} hidden */
function table(from, to, ...hidden) {
  const { zone, bucket } = doc;
  const view = /** @type {[number, number]} */ ([edges[from], edges[to]]);
  const { head, rows } = chartTable(chart, { zone, bucket, edges, hidden: new Set(hidden), view });
  return { head, rows: rows.map(([, ...cells]) => cells.map(({ raw }) => raw)) };
}

test("a table has the buckets of which something is known", () => {
  const { head, rows } = table(0, 24);
  assert.deepEqual(head, ["Time", "House (W)", "lowest", "highest", "Sun (W)"]);
  assert.deepEqual(rows, [
    [100, 90, 110, 0],
    [200, 190, 210, null],
    [null, null, null, 30],
    [500, 490, 510, null],
  ]);
});

test("a table has what is in view", () => {
  assert.deepEqual(table(1, 4).rows, [
    [200, 190, 210, null],
    [null, null, null, 30],
  ]);
});

test("a table leaves out a line that is switched off, and buckets that only it knows", () => {
  const { head, rows } = table(0, 6, "solar");
  assert.deepEqual(head, ["Time", "House (W)", "lowest", "highest"]);
  assert.deepEqual(rows, [
    [100, 90, 110],
    [200, 190, 210],
    [500, 490, 510],
  ]);
});
