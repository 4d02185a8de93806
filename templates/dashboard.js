/** The dashboard: fetches the files of its tabs, says how old they are, and keeps them fresh. */

import { title, warmUp } from "./lib/format.js";
import { ageText, emptyText, notices } from "./lib/status.js";
import { TABS } from "./lib/tabs.js";
import { MINUTE } from "./lib/time.js";
import { say } from "./lib/words.js";
import { h, setText } from "./view/dom.js";
import { language, listen, translate } from "./view/language.js";
import { Panel } from "./view/panel.js";
import { printing } from "./view/print.js";
import { Source } from "./view/source.js";
import { emptyCard, showNotices } from "./view/status.js";
import { tabs } from "./view/tabs.js";
import { themeSwitch } from "./view/theme.js";

/** @typedef {import("./lib/data.js").Both} Both */
/** @typedef {import("./lib/data.js").Doc} Doc */
/** @typedef {import("./lib/data.js").Tier} Tier */
/** @typedef {import("./lib/tabs.js").Id} Id */
/** @typedef {import("./lib/tabs.js").Tab} Tab */

/** @typedef {{ status: HTMLElement, panel: Panel, drawn: (Doc | undefined)[] }} View `drawn`: the documents that it shows */

const {
  tiers = "",
  intervalMinutes,
  publishMinutes,
  home = "{}",
  words = "{}",
} = document.documentElement.dataset;
const published = new Set(tiers.split(/\s+/));
const interval = (Number(intervalMinutes) || 10) * MINUTE;
const publish = (Number(publishMinutes) || 60) * MINUTE;
/** How often an open tab asks for its file. */
const refresh = {
  daily: Math.max(15000, Math.min(interval / 5, 2 * MINUTE)),
  other: 10 * MINUTE,
};

const shown = TABS.filter(({ tier }) => published.has(tier));

/** @type {Map<Tier, Source>} */
const sources = new Map(
  shown.map(({ tier }) => [tier, new Source(tier, () => show(tier), JSON.parse(home))]),
);
/** @type {Map<Id, View>} */
const views = new Map();
/** @type {Id | null} */
let current = null;

/** @param {Tab} tab */
const source = (tab) => /** @type {Source} */ (sources.get(tab.tier));
/** @param {Tab} tab @returns {Source | undefined} */
const besideOf = (tab) => (tab.beside ? sources.get(tab.beside) : undefined);
const openTab = () => shown.find(({ id }) => id === current);

/** @param {Tier} tier whose file was fetched */
function show(tier) {
  for (const tab of shown) {
    if (tab.tier === tier || tab.beside === tier) draw(tab);
  }
  showAge();
}

/** @param {Tab} tab */
function draw(tab) {
  const view = views.get(tab.id);
  if (!view || tab.id !== current) return;
  const { both } = source(tab);
  if (both?.doc.points.size) drawPoints(tab, view, both);
  else {
    view.drawn = [];
    view.panel.empty(emptyNode(tab));
  }
  showStatus(tab);
}

/** @param {Tab} tab @param {View} view @param {Both} both */
function drawPoints(tab, view, { doc, grid }) {
  const beside = besideOf(tab);
  const other = beside?.both;
  if (view.drawn[0] !== doc || view.drawn[1] !== other?.doc) {
    view.drawn = [doc, other?.doc];
    view.panel.show(doc, grid, tab.model(doc, grid, other));
  }
  if (beside && !beside.asked) void beside.load();
}

/** @param {Tab} tab @returns {Node | string} what the tab shows if its file has no points */
function emptyNode(tab) {
  const { doc, isMissing, problem } = source(tab);
  if (isMissing || doc) return emptyCard(emptyText(tab.tier, doc));
  return problem ? "" : h("p", { class: "empty note" }, say("loading"));
}

/** @param {Tab} tab */
function showStatus(tab) {
  const view = views.get(tab.id);
  if (!view) return;
  const { problem, doc } = source(tab);
  const found = notices(doc, problem, Date.now(), publish);
  showNotices(view.status, found, () => void source(tab).load());
}

/** Says how old the open tab's data is. */
function showAge() {
  const tab = openTab();
  const age = /** @type {HTMLElement | null} */ (document.querySelector(".age"));
  const foot = document.getElementById("zone");
  if (!tab || !age || !foot) return;
  const { doc, problem, isMissing } = source(tab);
  if (!doc) {
    setText(age, say(isMissing ? "empty.title" : problem ? "age.none" : "loading"));
    return;
  }
  setText(age, ageText(doc, Date.now()));
  age.dataset.raw = new Date(doc.until).toISOString();
  setText(foot, say("zone", { zone: title(doc.zone.name) }));
}

/** @param {boolean} isForced */
function keepFresh(isForced = false) {
  const tab = openTab();
  if (!tab || document.visibilityState !== "visible") return;
  const patience = tab.tier === "daily" ? refresh.daily : refresh.other;
  if (isForced || Date.now() - source(tab).asked >= patience) void source(tab).load();
  const beside = besideOf(tab);
  if (beside?.asked && Date.now() - beside.asked >= refresh.other) void beside.load();
  showStatus(tab);
  showAge();
}

/** @param {Id} id of the tab that is opened */
function select(id) {
  current = id;
  const tab = openTab();
  if (!tab) return;
  if (source(tab).asked) keepFresh();
  else void source(tab).load();
  draw(tab);
  showAge();
}

/** Builds the page, once its words are there. */
function start() {
  translate();
  const main = document.getElementById("main");
  const list = document.getElementById("tabs");
  const button = document.getElementById("theme");
  if (!main || !list || !(button instanceof HTMLButtonElement)) return;
  themeSwitch(button);
  if (!shown.length) {
    main.replaceChildren(emptyCard({ title: say("empty.nothing"), text: "", command: null }));
    return;
  }
  // If this came later, the first chart would wait for it when the file is there.
  warmUp();
  const { panels, open } = tabs(list, main, shown, select);
  for (const [id, host] of panels) {
    const status = h("div", { role: "status" });
    const content = h("div", { class: "content" });
    host.append(status, content);
    views.set(id, { status, panel: new Panel(content), drawn: [] });
  }
  open();
  document.addEventListener("visibilitychange", () => keepFresh());
  addEventListener("online", () => keepFresh(true));
  setInterval(keepFresh, Math.min(refresh.daily, 15000));
  printing(main, () => current && views.get(current)?.panel.redraw());
}

/** The words come beside the first file: the first chart waits for the slower one of them. */
async function begin() {
  const file = JSON.parse(words)[language];
  const first = shown.find(({ id }) => location.hash === `#${id}`) ?? shown[0];
  if (file && first) void source(first).load();
  await listen(file);
  start();
}

void begin();
