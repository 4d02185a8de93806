/** The devices as ranked bars; each opens the curve of its device. */

import { say } from "../lib/words.js";
import { barNode } from "./bars.js";
import { Chart } from "./chart.js";
import { h, partNode, setText } from "./dom.js";

/** @typedef {import("../lib/model.js").DeviceRow} DeviceRow */
/** @typedef {import("../lib/model.js").Devices} Devices */
/** @typedef {import("./group.js").Group} Group */

/** A row that stays while its numbers change. @typedef {{ element: HTMLElement, update: (row: DeviceRow, devices: Devices) => void }} Row */

/** @param {Group} group that the curves belong to @returns {import("./cards.js").View<Devices>} */
export function devices(group) {
  const list = h("ul");
  const units = h("span", { class: "note", "aria-hidden": "true" });
  const head = h("h2", {}, say("devices.title"), units);
  const element = h("section", { class: "card devices" }, head, list);
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @param {Devices} model */
  const update = (model) => {
    setText(units, model.hasShares ? `kWh · ${say("devices.share")}` : "kWh");
    const shown = model.rows.map((row) => {
      const known = rows.get(row.label) ?? deviceRow(group, row);
      rows.set(row.label, known);
      known.update(row, model);
      return known.element;
    });
    const isSame = shown.length === list.children.length;
    if (!isSame || shown.some((row, i) => row !== list.children[i])) list.replaceChildren(...shown);
  };
  return { element, update };
}

/** @param {Group} group @param {DeviceRow} first @returns {Row} */
function deviceRow(group, first) {
  let model = first;
  /** @type {Chart | null} */
  let chart = null;
  const name = h("span", { class: "name" });
  const track = h("span", { class: "track", "aria-hidden": "true" });
  const numbers = h("span", { class: "numbers" });
  const opener = first.chart
    ? h("button", { type: "button", "aria-expanded": "false" }, name, numbers, track)
    : h("div", {}, name, numbers, track);
  const element = h("li", {}, opener);
  opener.addEventListener("click", () => {
    if (!model.chart) return;
    if (chart) {
      group.charts.delete(chart);
      chart.element.remove();
      chart = null;
    } else {
      chart = new Chart(group, model.chart);
      element.append(chart.element);
      chart.draw();
    }
    opener.setAttribute("aria-expanded", String(chart !== null));
  });
  /** @param {DeviceRow} row @param {Devices} devices */
  const update = (row, { zero, unit }) => {
    model = row;
    name.textContent = row.label;
    element.style.setProperty("--depth", String(row.depth));
    const hidden = (/** @type {string} */ text) => h("span", { class: "hidden" }, ` ${text}`);
    const [energy, share] = row.cells.map((cell) => h("span", {}, partNode(cell)));
    // The head has the unit, and the bar's stripes say this to the eye.
    if (row.cells[0].raw !== null) energy.append(hidden(unit));
    if (row.bar.partial) share.append(hidden(say("unknown.part")));
    numbers.replaceChildren(energy, share);
    track.style.setProperty("--zero", `${zero * 100}%`);
    track.classList.toggle("signed", zero > 0);
    track.replaceChildren(barNode(row.bar));
    if (chart && row.chart) chart.update(row.chart);
  };
  return { element, update };
}
