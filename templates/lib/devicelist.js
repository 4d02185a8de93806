/** The devices as the page lists them, with the curve of each. */

import { deviceChart } from "./charts.js";
import { ranked } from "./devices.js";
import { title } from "./format.js";
import { cell, sharePart } from "./model.js";
import { scale } from "./scale.js";
import { WHOLE } from "./statistics.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./devices.js").Ranked} Ranked */

/** @param {Doc} doc @param {Grid} grid @param {Grid} [shown] the buckets of the curves @returns {import("./model.js").Devices | null} null without a device */
export function deviceList(doc, grid, shown = grid) {
  const devices = ranked(doc, grid);
  if (!devices.length) return null;
  const hasShares = doc.counts.house !== undefined;
  const { zero, bar } = scale(devices.map(({ kwh }) => kwh));
  return {
    zero,
    unit: "kWh",
    hasShares,
    rows: devices.map(({ name, series, depth, kwh, share, known }) => {
      const key = name === null ? "other" : `device-${encodeURIComponent(series)}`;
      const part = sharePart(`${key}-share`, share);
      return {
        label: name === null ? say("role.untracked") : title(series),
        depth,
        bar: bar(kwh, name === null ? "ghost" : "use", known !== null && known < WHOLE),
        cells: [cell(key, kwh, "kWh"), hasShares ? part : { ...part, text: "" }],
        chart: name === null ? null : deviceChart(doc, shown, name),
      };
    }),
  };
}
