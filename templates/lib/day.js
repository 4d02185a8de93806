/** One closed day: by the hour if the file has its hours, or its sums alone. */

import { amounts } from "./amounts.js";
import { furtherCharts, mainChart } from "./charts.js";
import { deviceList } from "./devicelist.js";
import { gapList } from "./gaps.js";
import { readings } from "./readings.js";
import { roles as rolesOf } from "./roles.js";
import { dayTold } from "./sentence.js";
import { twiceList } from "./twice.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/** @param {Doc} doc of one day @param {Grid} grid @returns {import("./model.js").Model} */
export function day(doc, grid) {
  const roles = rolesOf(doc);
  const isWhole = doc.bucket === "day";
  return {
    now: () => null,
    said: () => (roles.energy === null ? [] : dayTold({ doc, grid }, roles.energy, isWhole)),
    charts: isWhole ? [] : mainChart(doc, grid, roles),
    rest: () => ({
      made: [...amounts(doc, grid, roles), ...readings(doc, grid, roles.main)],
      devices: deviceList(doc, grid),
      twice: twiceList(doc, grid),
      smalls: isWhole ? [] : furtherCharts(doc, grid, roles),
      bars: [],
      heats: [],
      gaps: gapList(doc, grid),
    }),
  };
}
