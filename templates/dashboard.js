/** The dashboard: fetches the files of its tabs, says how old they are, and keeps them fresh. */

import { chosenText } from "./lib/chosen.js";
import { ago } from "./lib/format.js";
import { knownOf, stepsOf } from "./lib/moving.js";
import { filesOf, hashOf, isYear, parse } from "./lib/places.js";
import { ageText, emptyText, nothingText, notices } from "./lib/status.js";
import { TABS, YEARS } from "./lib/tabs.js";
import { MINUTE } from "./lib/time.js";
import { today } from "./lib/today.js";
import { say, speech } from "./lib/words.js";
import { closedPart } from "./view/closed.js";
import { h, setText } from "./view/dom.js";
import { listen, translate } from "./view/language.js";
import { later, warmUp } from "./view/later.js";
import { menu } from "./view/menu.js";
import { Panel } from "./view/panel.js";
import { printing } from "./view/print.js";
import { bothOf, Source } from "./view/source.js";
import { emptyCard, showNotices } from "./view/status.js";
import { steps } from "./view/steps.js";
import { tabs } from "./view/tabs.js";
import { placeZone, showZone } from "./view/zone.js";

/** @typedef {import("./lib/data.js").Both} Both */
/** @typedef {import("./lib/data.js").Tier} Tier */
/** @typedef {import("./lib/tabs.js").Tab} Tab */

/** @typedef {import("./lib/moving.js").Steps} Steps */
/** @typedef {import("./lib/tabs.js").Id} Id */
/** @typedef {import("./view/tabs.js").Here} Here */

/** `drawn`: the place and the documents that it shows. @typedef {{ status: HTMLElement, panel: Panel, drawn: unknown[] }} View */

/** @typedef {import("./lib/places.js").Name} Name */
/** @typedef {import("./view/closed.js").Closed} Closed */

/** What the page shows: days, null if they are not read yet; and their newest file, or the one to be read, undefined if no file has them. @typedef {{ tab: Tab, file: Source | undefined, both: Both | null }} Shown */

const {
  tiers = "",
  years = "",
  intervalMinutes,
  publishMinutes,
  home = "{}",
  words = "{}",
} = document.documentElement.dataset;
/** What the page was told of the home when it was rendered. */
const told = JSON.parse(home);
const published = new Set(tiers.split(/\s+/));
/** The calendar years that are published, the newest last. */
const all = years.split(" ").filter(Boolean);
const interval = (Number(intervalMinutes) || 10) * MINUTE;
const publish = (Number(publishMinutes) || 60) * MINUTE;
/** How often an open tab asks for its file. */
const refresh = {
  daily: Math.max(15000, Math.min(interval / 5, 2 * MINUTE)),
  other: 10 * MINUTE,
};

/** @type {Tab[]} */
const shown = TABS.filter(({ tier }) => published.has(tier));
if (all.length) shown.push(YEARS);
const ids = shown.map(({ id }) => id);

/** The files of the tiers from the shortest, and those of the calendar years from the oldest. @type {Map<Name, Source>} */
const sources = new Map(
  [...TABS.flatMap(({ tier }) => (published.has(tier) ? tier : [])), ...all.map(nameOfYear)].map(
    (name) => {
      const tier = isYear(name) ? "year" : /** @type {Tier} */ (name);
      const home = { ...told, minutes: interval / MINUTE };
      // A file is read in one task and shown in the next one, so that a touch has not to wait for both.
      return [name, new Source(tier, () => setTimeout(draw), home, name)];
    },
  ),
);
/** @type {Map<Id, View>} */
const views = new Map();
/** @type {Here} */
let here = { place: { id: "today" }, chosen: "" };
/** @type {Id} */
let openId = "today";
/** @type {(steps: Steps) => void} */
let showSteps = () => {};

/** @param {string} year @returns {Name} */
function nameOfYear(year) {
  return `year-${year}`;
}

/** The days that can be opened. */
const known = () =>
  knownOf([...sources].map(([name, { both, isMissing }]) => [name, { both, isRead: isMissing }]));

/** @param {Tab} tab @returns {Source | undefined} the file of a tab: the newest of the calendar years */
const fileOfTab = ({ tier }) =>
  sources.get(tier === "year" ? nameOfYear(all[all.length - 1]) : tier);

/** @returns {Shown | null} what stands at the place that is open */
function shownHere() {
  const tab = shown.find(({ id }) => id === openId);
  if (!tab) return null;
  if ("id" in here.place) {
    const file = fileOfTab(tab);
    return { tab, file, both: file?.both ?? null };
  }
  const found = filesOf(here.place, known());
  if (!found) return { tab, file: undefined, both: null };
  if ("load" in found) return { tab, file: sources.get(found.load), both: null };
  const files = found.show.flatMap((name) => sources.get(name) ?? []);
  const file = files[files.length - 1];
  return { tab: tabShowing(tab, file), file, both: bothOf(files) };
}

/** @param {Tab} tab @param {Source} file @returns {Tab} the one of today, if the place is today */
const tabShowing = (tab, { tier }) =>
  (tier === "daily" && shown.find((other) => other.tier === "daily")) || tab;

/** @param {Tab} tab @returns {import("./lib/tabs.js").Others} */
const others = ({ beside }) =>
  Object.fromEntries(
    beside.flatMap((tier) => (sources.has(tier) ? [[tier, sources.get(tier)?.both ?? null]] : [])),
  );

/** What shows closed days. */
const closed = closedPart(() => draw());

/** @param {Tab} tab */
function loadBeside({ beside }) {
  for (const tier of beside) {
    const file = sources.get(tier);
    if (file && !file.asked) void file.load();
  }
}

/** Shows the place that is open, as far as its files are there. */
function draw() {
  const found = shownHere();
  const view = views.get(openId);
  if (!found || !view) return;
  const { tab, file, both } = found;
  if (file && !file.asked) void file.load();
  const isPart = file !== undefined && file.tier !== "daily" && !isYearsHere();
  if (isPart) closed.load();
  const isReady = both !== null && both.doc.points.size > 0;
  const isShown = isReady && (!isPart || closed.part !== undefined);
  // What was there before stays until all has come, so that nothing jumps.
  const isAwaited = file?.isAwaited || (isReady && !closed.problem);
  const isWaiting = !isShown && isAwaited && view.drawn.length > 0;
  view.panel.host.classList.toggle("waiting", isWaiting);
  if (both && isShown) drawPoints(tab, view, both);
  else if (!isWaiting) {
    view.drawn = [];
    view.panel.empty(emptyNode(tab, file));
  }
  showStatus();
  showAge();
}

/** @param {Tab} tab @param {View} view @param {Both} both */
function drawPoints(tab, view, both) {
  const more = others(tab);
  const drawn = [hashOf(here.place), both.doc, ...Object.values(more).map((one) => one?.doc)];
  if (drawn.length !== view.drawn.length || drawn.some((one, i) => one !== view.drawn[i])) {
    view.drawn = drawn;
    if (isYearsHere()) return void drawYears(view, both);
    const { both: some, model } = modelOf(tab, both, more);
    view.panel.closed = closed.part;
    view.panel.show(some.doc, model.grid ?? some.grid, model, here.chosen);
    showMoney(view, !("id" in here.place) && both.doc.day === null);
  } else {
    view.panel.choose(here.chosen);
    view.panel.tick();
  }
  loadBeside(tab);
}

/**
 * @param {Tab} tab
 * @param {Both} both
 * @param {import("./lib/tabs.js").Others} more
 * @returns {{ both: Both, model: import("./lib/model.js").Model }} the days that are shown of a file, and what of them
 */
function modelOf(tab, both, more) {
  if (both.doc.day !== null) return { both, model: today(both.doc, both.grid, more.weekly) };
  const { MODELS, past } = /** @type {Closed} */ (closed.part);
  if (!("id" in here.place)) return past(here.place, both, more.daily);
  return { both, model: MODELS[/** @type {keyof typeof MODELS} */ (tab.id)](both, more) };
}

/** Whether the calendar years are open. */
const isYearsHere = () => "id" in here.place && here.place.id === YEARS.id;

/** Shows the years, once the part of the script is there that can. @type {Promise<(newest: Both) => void> | undefined} */
let yearsPart;

/** @param {View} view @param {Both} newest the file of the newest year */
async function drawYears(view, newest) {
  const { host } = view.panel;
  yearsPart ??= later("years").then((part) => part.years(host, all, told, speech()));
  try {
    await (await yearsPart)(newest);
    showMoney(view, false);
  } catch (error) {
    yearsPart = undefined;
    view.drawn = [];
    view.panel.empty(
      emptyCard({ title: /** @type {Error} */ (error).message, text: "", command: null }),
    );
  }
}

/** Shows money, once the part of the script is there that can. @type {Promise<ReturnType<typeof import("./view/money.js").money>> | undefined} */
let moneyPart;

/** @param {View} view @param {boolean} isPast whether its days were chosen */
function showMoney({ panel }, isPast) {
  if (!published.has("money")) return;
  moneyPart ??= later("money").then((part) => part.money(...speech()));
  moneyPart.then(
    (show) => show(panel, isPast),
    () => {
      moneyPart = undefined;
    },
  );
}

/** @param {Tab} tab @param {Source | undefined} file @returns {Node | string} what stands there if there are no points */
function emptyNode(tab, file) {
  if (!file) return emptyCard(nothingText(here.place, known()));
  const { doc, isMissing, problem } = file;
  if (isMissing || doc?.points.size === 0) return emptyCard(emptyText(tab.tier, doc));
  if (closed.problem) return emptyCard({ title: closed.problem, text: "", command: null });
  return problem ? "" : h("p", { class: "empty note" }, say("loading"));
}

function showStatus() {
  const view = views.get(openId);
  const file = shownHere()?.file;
  if (!view) return;
  const found = file ? notices(file.doc, file.problem, Date.now(), publish) : [];
  showNotices(view.status, found, () => void file?.load());
}

/** Says which days are shown, and how old the data is. */
function showAge() {
  const age = /** @type {HTMLElement | null} */ (document.querySelector(".age"));
  const found = shownHere();
  const isYears = isYearsHere();
  const steps = stepsOf(here.place, ids, known(), isYears ? null : found?.both);
  const ends = [...new Set([all[0], all[all.length - 1]])];
  showSteps(isYears ? { ...steps, label: ends.join("–") } : steps);
  if (!found || !age) return;
  const { file } = found;
  // While a file is fetched, the line says what it said before.
  const doc =
    file && !file.isAwaited ? file.doc : [...sources.values()].find((one) => one.doc)?.doc;
  if (!doc) {
    setText(age, say(file?.isMissing ? "empty.title" : file?.problem ? "age.none" : "loading"));
    return;
  }
  showBoth(age, ageText(doc, Date.now()), ago(Date.now() - doc.until));
  age.dataset.raw = new Date(doc.until).toISOString();
  showZone(doc.zone.name);
}

/** @param {HTMLElement} host @param {string} full @param {string} short if there is no room for the full text */
function showBoth(host, full, short) {
  if (host.firstChild?.textContent === full) return;
  host.replaceChildren(h("span", { class: "full" }, full), h("span", { class: "short" }, short));
}

/** @param {boolean} isForced */
function keepFresh(isForced = false) {
  if (document.visibilityState !== "visible") return;
  askAgain(isForced);
  views.get(openId)?.panel.tick();
  showStatus();
  showAge();
}

/** Asks for the files of what is open that may have become newer. @param {boolean} isForced */
function askAgain(isForced = false) {
  const found = shownHere();
  const { tab, file } = found ?? {};
  if (file?.asked && (isForced || isDue(file))) void file.load();
  for (const tier of tab?.beside ?? []) {
    const other = sources.get(tier);
    if (other?.asked && isDue(other)) void other.load();
  }
}

/** @param {Source} file @returns {boolean} whether there may be a newer one */
const isDue = ({ tier, asked }) =>
  Date.now() - asked >= (tier === "daily" ? refresh.daily : refresh.other);

/** @param {Here} place @param {Id} id of the tab that shows it */
function open(place, id) {
  here = place;
  openId = id;
  askAgain();
  draw();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let writing;

/** Puts the chosen span into the address; back takes it away. @param {import("./view/group.js").Group} group */
function writeChosen({ zone, bucket, range }) {
  const before = here.chosen;
  here.chosen = range ? chosenText(zone, bucket, range) : "";
  clearTimeout(writing);
  // A pinch chooses many spans in a second: the last of them counts.
  writing = setTimeout(() => address(before), before ? 300 : 0);
}

/** @param {string} before what was chosen */
function address(before) {
  const hash = hashOf(here.place, here.chosen);
  if (here.chosen && !before) history.pushState(CHOSEN, "", hash);
  else if (!here.chosen && history.state === CHOSEN) history.back();
  else history.replaceState(history.state, "", hash);
}

/** Marks an entry of the history that a choice has made. */
const CHOSEN = "chosen";

/** Builds the page, once its words are there. */
function start() {
  translate();
  const main = document.getElementById("main");
  const list = document.getElementById("tabs");
  const choices = document.getElementById("menu");
  if (!main || !list || !choices) return;
  menu(choices);
  if (told.zone) showZone(told.zone);
  if (!shown.length) {
    main.replaceChildren(emptyCard({ title: say("empty.nothing"), text: "", command: null }));
    return;
  }
  const row = h("div", { class: "steps" });
  list.after(row);
  // A pointer near the tabs may open one.
  for (const kind of ["pointerover", "focusin"])
    list.addEventListener(kind, closed.load, { once: true });
  showSteps = steps(row);
  const { panels, open: begin } = tabs(list, main, shown, open);
  for (const [id, host] of panels) {
    const status = h("div", { class: "status", role: "status" });
    const content = h("div", { class: "content" });
    host.append(content, status);
    const panel = new Panel(content, interval);
    panel.onChosen = writeChosen;
    views.set(id, { status, panel, drawn: [] });
  }
  begin();
  document.addEventListener("visibilitychange", () => keepFresh());
  addEventListener("online", () => keepFresh(true));
  document.addEventListener("keydown", ({ key, target }) => {
    // In the menu the key closes the menu.
    const isMenu = target instanceof Element && target.closest(".menu") !== null;
    if (key === "Escape" && !isMenu) views.get(openId)?.panel.group?.zoom(null);
  });
  setInterval(keepFresh, Math.min(refresh.daily, 15000));
  printing(main, () => views.get(openId)?.panel.redraw());
}

/** @returns {Source | undefined} the first file that the place needs */
function firstFile() {
  const place = parse(location.hash, ids)?.place ?? { id: ids[0] };
  if ("id" in place) return fileOfTab(shown[ids.indexOf(place.id)]);
  const found = filesOf(place, known());
  return found && "load" in found ? sources.get(found.load) : undefined;
}

/** The first file is asked for before all else, and the words beside it: the first chart waits for the slower one. */
async function begin() {
  // A browser lets no page read a file beside it: the sentences in the HTML say what to do.
  if (location.protocol === "file:") return;
  if (shown.length) void firstFile()?.load();
  warmUp();
  const heard = listen(JSON.parse(words));
  if (told.zone) placeZone(told.zone);
  await heard;
  start();
}

void begin();
