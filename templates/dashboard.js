/** The dashboard: fetches what its tabs need, says how old it is, and keeps it fresh. */

import { TIERS } from "./lib/data.js";
import { ago, dayTime, duration, shortDay, time, warmUp } from "./lib/format.js";
import { month } from "./lib/month.js";
import { staleSince } from "./lib/stale.js";
import { MINUTE } from "./lib/time.js";
import { today } from "./lib/today.js";
import { week } from "./lib/week.js";
import { year } from "./lib/year.js";
import { h, setText } from "./view/dom.js";
import { Panel } from "./view/panel.js";
import { Source } from "./view/source.js";
import { tabs } from "./view/tabs.js";
import { afterPrint, forPrint, themeSwitch } from "./view/theme.js";

/** @typedef {import("./lib/data.js").Tier} Tier */
/** @typedef {"today" | "7-days" | "30-days" | "365-days"} Id */

const { tiers = "", intervalMinutes, publishMinutes } = document.documentElement.dataset;
const published = new Set(tiers.split(/\s+/));
const interval = (Number(intervalMinutes) || 10) * MINUTE;
const publish = (Number(publishMinutes) || 60) * MINUTE;
/** How often an open tab asks for its file. */
const refresh = { daily: Math.max(15000, Math.min(interval / 5, 2 * MINUTE)), other: 10 * MINUTE };

/** @type {{ id: Id, tier: Tier, label: string, beside: Tier | null }[]} */
const all = [
  { id: "today", tier: "daily", label: "Today", beside: "weekly" },
  { id: "7-days", tier: "weekly", label: "7 Days", beside: null },
  { id: "30-days", tier: "monthly", label: "30 Days", beside: "yearly" },
  { id: "365-days", tier: "yearly", label: "365 Days", beside: null },
];
const shown = all.filter(({ tier }) => published.has(tier));

/** @type {Map<Tier, Source>} */
const sources = new Map(shown.map(({ tier }) => [tier, new Source(tier, () => show(tier))]));
/** @type {Map<Id, { host: HTMLElement, status: HTMLElement, panel: Panel, drawn: unknown[] }>} */
const views = new Map();
/** @type {Id | null} */
let current = null;

/** @param {typeof all[number]} tab */
const source = (tab) => /** @type {Source} */ (sources.get(tab.tier));
const tabOf = () => shown.find(({ id }) => id === current);

/** @param {Tier} tier whose file has news */
function show(tier) {
  for (const tab of shown) {
    if (tab.tier === tier || tab.beside === tier) draw(tab);
  }
  showAge();
}

/** @param {typeof all[number]} tab */
function draw(tab) {
  const view = views.get(tab.id);
  const main = source(tab);
  const beside = (tab.beside && sources.get(tab.beside)) || null;
  if (!view || tab.id !== current) return;
  const { both } = main;
  const other = beside?.both ?? null;
  if (both?.doc.points.size) {
    if (view.drawn[0] !== both.doc || view.drawn[1] !== other?.doc) {
      view.drawn = [both.doc, other?.doc];
      const { doc, grid } = both;
      const model =
        tab.tier === "daily"
          ? today(doc, grid, beside ? other : undefined)
          : tab.tier === "weekly"
            ? week(doc, grid)
            : tab.tier === "monthly"
              ? month(doc, grid, other)
              : year(doc, grid);
      view.panel.show(doc, grid, model);
    }
    if (beside && !beside.asked) void beside.load();
  } else if (main.isMissing || both) {
    view.drawn = [];
    view.panel.empty(
      h(
        "section",
        { class: "card empty" },
        ...(both && hasBegun(both.doc)
          ? [
              h("h2", {}, "Nothing known yet"),
              h("p", {}, "No sensor has had a number since midnight."),
            ]
          : [
              h("h2", {}, "No data yet"),
              h(
                "p",
                {},
                tab.tier === "daily"
                  ? "Today begins with the first run of "
                  : "It is made at night; at once by ",
              ),
              h("p", {}, h("code", {}, TIERS[tab.tier].command)),
            ]),
      ),
    );
  } else if (!main.problem) {
    view.panel.empty(h("p", { class: "empty note" }, "Loading…"));
  } else {
    view.panel.empty("");
  }
  showStatus(tab);
}

/** @param {import("./lib/data.js").Doc} doc Tells whether a day was asked for past its midnight. */
const hasBegun = ({ tier, series, zone, until }) =>
  tier === "daily" && series.size > 0 && zone.start(zone.day(until)) !== until;

/** @param {typeof all[number]} tab */
function showStatus(tab) {
  const view = views.get(tab.id);
  const { problem, both } = source(tab);
  if (!view) return;
  /** @type {string[]} */
  const says = [];
  if (problem)
    says.push(
      `${problem}. ${both ? "This is what was there before. " : ""}It is tried again by itself.`,
    );
  if (both) {
    const { since, lagging } = staleSince(both.doc, Date.now(), publish);
    const { zone } = both.doc;
    if (since !== null) {
      says.push(
        `The data ends ${duration(Date.now() - both.doc.until)} ago, at ${dayTime(zone, both.doc.until)}. Is ${TIERS[tab.tier].command} running?`,
      );
    }
    for (const { name, until } of lagging)
      says.push(`${name} was last answered for at ${dayTime(zone, until)}.`);
  }
  const text = says.join("\n");
  if (view.status.dataset.text === text) return;
  view.status.dataset.text = text;
  view.status.replaceChildren(
    ...says.map((say, i) => {
      const isProblem = problem && i === 0;
      const line = h("p", { class: "notice", "data-notice": isProblem ? "problem" : "stale" }, say);
      if (isProblem) {
        const again = h("button", { type: "button", class: "quiet" }, "Try now");
        again.addEventListener("click", () => void source(tab).load());
        line.append(" ", again);
      }
      return line;
    }),
  );
}

/** Says how old the open tab's data is. */
function showAge() {
  const tab = tabOf();
  const age = /** @type {HTMLElement | null} */ (document.querySelector(".age"));
  const foot = document.getElementById("zone");
  if (!tab || !age) return;
  const { doc, problem, isMissing } = source(tab);
  if (!doc) {
    setText(age, isMissing ? "No data yet" : problem ? "No data" : "Loading…");
    return;
  }
  const { zone, until } = doc;
  const now = Date.now();
  const at =
    zone.day(until) === zone.day(now) && zone.start(zone.day(until)) !== until
      ? time(zone, until)
      : zone.start(zone.day(until)) === until
        ? `the end of ${shortDay(zone.day(until) - 1)}`
        : dayTime(zone, until);
  setText(age, `Data until ${at}, ${ago(now - until)}`);
  age.dataset.raw = new Date(until).toISOString();
  if (foot) setText(foot, `Times are those of ${zone.name.replaceAll("_", " ")}`);
}

/** @param {boolean} isForced */
function keepFresh(isForced = false) {
  const tab = tabOf();
  if (!tab || document.visibilityState !== "visible") return;
  const main = source(tab);
  const patience = tab.tier === "daily" ? refresh.daily : refresh.other;
  if (isForced || Date.now() - main.asked >= patience) void main.load();
  const beside = tab.beside && sources.get(tab.beside);
  if (beside && beside.asked && Date.now() - beside.asked >= refresh.other) void beside.load();
  showStatus(tab);
  showAge();
}

function start() {
  const main = document.getElementById("main");
  const list = document.getElementById("tabs");
  const button = document.getElementById("theme");
  if (!main || !list || !(button instanceof HTMLButtonElement)) return;
  themeSwitch(button);
  if (!shown.length) {
    main.replaceChildren(
      h("section", { class: "card empty" }, h("h2", {}, "Nothing is published")),
    );
    return;
  }
  const { panels, open } = tabs(list, main, shown, (id) => {
    current = id;
    const tab = tabOf();
    if (!tab) return;
    if (source(tab).asked) keepFresh();
    else void source(tab).load();
    draw(tab);
    showAge();
  });
  for (const [id, host] of panels) {
    const status = h("div", { role: "status" });
    const content = h("div", { class: "content" });
    host.append(status, content);
    views.set(id, { host, status, panel: new Panel(content), drawn: [] });
  }
  open();
  // The file is on its way: there is time.
  warmUp();
  document.addEventListener("visibilitychange", () => keepFresh());
  addEventListener("online", () => keepFresh(true));
  setInterval(keepFresh, Math.min(refresh.daily, 15000));
  const panel = () => (current && views.get(current)?.panel) || null;
  addEventListener("beforeprint", () => {
    forPrint();
    document.documentElement.classList.add("printing");
    // What is left of the narrower and the lower of A4 and Letter.
    main.style.width = "718px";
    const zoom = Math.min(1, 900 / main.offsetHeight);
    main.style.width = `${718 / zoom}px`;
    main.style.zoom = String(zoom);
    panel()?.redraw();
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    main.style.width = main.style.zoom = "";
    afterPrint();
    panel()?.redraw();
  });
}

start();
