/**
 * Tells what the page would show of files: reads `{files, published, now, publish, home}` as JSON, writes what each
 * published tab has. test_numbers.py and others compare that with what they compute themselves.
 */

import { text as readAll } from "node:stream/consumers";
import { csv, rows } from "../../templates/lib/csv.js";
import { measuredIn } from "../../templates/lib/data.js";
import { open } from "../../templates/lib/flows.js";
import { heatEnds } from "../../templates/lib/model.js";
import { MODELS } from "../../templates/lib/models.js";
import { knownOf, stepsOf } from "../../templates/lib/moving.js";
import { ageText, emptyText, notices } from "../../templates/lib/status.js";
import { chartTable, heatTable } from "../../templates/lib/tables.js";
import { TABS } from "../../templates/lib/tabs.js";
import { today } from "../../templates/lib/today.js";
import { say, speak } from "../../templates/lib/words.js";
import english from "../../templates/words/en.js";

/** @typedef {import("../../templates/lib/data.js").Both} Both */
/** @typedef {import("../../templates/lib/model.js").Model} Model */
/** @typedef {import("../../templates/lib/model.js").Part} Part */

/** @param {unknown} thing @returns {Part[]} every number and text in it, in order; of a line's sums those of all buckets */
function partsIn(thing) {
  if (typeof thing === "function") return partsIn(thing(null));
  if (typeof thing !== "object" || thing === null) return [];
  if ("text" in thing) return [/** @type {Part} */ (thing)];
  return Object.values(thing).flatMap(partsIn);
}

/** How long a bucket of the tests' homes is. */
const INTERVAL = 600000;

/** @param {import("../../templates/lib/tabs.js").Id} id @param {Both} both @param {Model} model @param {number} now */
function shownOf(id, { doc, grid }, model, now) {
  const { zone, bucket } = doc;
  const { edges } = model.grid ?? grid;
  const rest = model.rest();
  /** @type {[number, number]} */
  const view = [edges[0], edges[edges.length - 1]];
  const shown = { zone, bucket, edges, hidden: new Set(), view };
  const present = model.now(now, INTERVAL);
  const said = model.said(now);
  const charts = [...model.charts, ...rest.smalls];
  // A device's curve is there only once it is opened.
  const devices = rest.devices?.rows.map(({ cells }) => cells);
  const tables = charts.map((chart) => chartTable(chart, shown));
  const parts = [
    present,
    said,
    { ...rest, devices },
    charts,
    tables,
    rest.heats.map(heatEnds),
  ].flatMap(partsIn);
  return {
    numbers: parts.flatMap(({ key, raw = null, text }) =>
      key === undefined ? [] : [[key, raw, text]],
    ),
    text: [
      stepsOf({ id }, [id], knownOf([]), { doc, grid }).label,
      present?.label,
      said.map(({ text }) => text).join(""),
      ...rest.made.map(({ label }) => label),
      ...(rest.devices?.rows.map(({ label }) => label) ?? []),
      ...charts.flatMap(({ title, lines }) => [title, ...lines.map(({ label }) => label)]),
      ...parts.map(({ text }) => text),
    ].join("\n"),
    gaps: rest.gaps.rows.map(({ start, length, what }) => [start.text, length.text, what.text]),
    heats: Object.fromEntries(
      rest.heats.map((heat) => [
        heat.key,
        heatTable(heat).rows.map((row) =>
          row.flatMap(({ key, raw }) => (key === undefined ? [] : [raw])),
        ),
      ]),
    ),
    csv: csv(rows(doc, grid, measuredIn(doc), null)),
  };
}

/** @param {import("../../templates/lib/tabs.js").Id} id @param {Both} both @param {import("../../templates/lib/tabs.js").Others} beside */
const modelOf = (id, both, beside) =>
  id === "today"
    ? today(both.doc, both.grid, beside.weekly)
    : MODELS[/** @type {keyof typeof MODELS} */ (id)](both, beside);

speak(english, "en-GB");
const { files, published, now, publish, home } = JSON.parse(await readAll(process.stdin));
/** @type {Map<string, Both>} */
const opened = new Map();
const tabs = TABS.filter(({ tier }) => published.includes(tier));
for (const { tier } of tabs) if (files[tier]) opened.set(tier, open(files[tier], tier, home));
const answer = tabs.map((tab) => {
  const both = opened.get(tab.tier);
  const beside = Object.fromEntries(
    tab.beside.flatMap((tier) =>
      published.includes(tier) ? [[tier, opened.get(tier) ?? null]] : [],
    ),
  );
  const doc = both?.doc ?? null;
  return [
    tab.id,
    {
      label: say(`tab.${tab.id}`),
      notices: notices(doc, null, now, publish),
      age: doc && ageText(doc, now),
      ...(both?.doc.points.size
        ? shownOf(tab.id, both, modelOf(tab.id, both, beside), now)
        : { empty: emptyText(tab.tier, doc) }),
    },
  ];
});
process.stdout.write(JSON.stringify(Object.fromEntries(answer)));
