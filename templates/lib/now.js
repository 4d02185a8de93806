/** What the house takes now, and what comes from the sun, the grid and a battery. */

import { dayTime, number, time, title } from "./format.js";
import { amountUnit, figure, isCounter, part, summed, unitOf } from "./model.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Figure} Figure */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./model.js").Tone} Tone */
/** @typedef {import("./roles.js").Roles} Roles */
/** @typedef {import("./words.js").Key} Key */

/**
 * A source of what the house takes: `way` is "in" if it gives, "out" if it takes, "" if neither; `notes`
 * say it in words. `level` is how full a battery is.
 *
 * @typedef {{ role: "solar" | "grid" | "battery", label: string, tone: Tone, way: "in" | "out" | "",
 *   figure: Figure, level: Part[], notes: Part[] }} Source
 */

/** The subject's value, and the sources beside it. `isOld`: it is no longer of now. @typedef {{ label: string, figure: Figure, when: Part[], isOld: boolean, sources: Source[] }} Now */

/** A reading that is older than so many intervals is none of now. */
const INTERVALS = 3;

/**
 * @param {Doc} doc of today
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {number} at the present time
 * @param {number} interval how long a bucket is, in ms
 * @returns {Now | null} null if the page has no subject
 */
export function now(doc, grid, { main, energy }, at, interval) {
  if (main === null) return null;
  const sources = sourcesOf(doc, grid, main);
  const last = doc.latest.get(main);
  // A sum of meters has no reading.
  const isCounted = isCounter(doc, main) || (!last && doc.series.get(main)?.sum !== undefined);
  if (isCounted) return { ...counted(doc, grid, main, energy), sources };
  const isNow =
    last !== undefined &&
    isKnown(doc, grid, main) &&
    at - untilOf(doc, main) <= INTERVALS * interval;
  const isGrid = isNow && main === doc.draws.grid;
  const value = isGrid ? Math.abs(last.value) : last?.value;
  return {
    label: isNow ? labelNow(doc, main, last.value) : say("now.last"),
    figure: figure("now", value, unitOf(doc, main)),
    when: last ? [whenPart(doc, last.at, isNow)] : [{ text: say("now.none") }],
    isOld: !isNow,
    sources,
  };
}

/** @param {Doc} doc @param {string} main @param {number} value @returns {string} a meter at the grid does not tell what the house takes */
function labelNow(doc, main, value) {
  if (main === doc.draws.grid) return say(value < 0 ? "amount.export" : "amount.import");
  return main === doc.draws.house ? say("now.house") : title(main);
}

/** @param {Doc} doc @param {string} name */
const untilOf = ({ series }, name) => series.get(name)?.until ?? 0;

/** @param {Doc} doc @param {number} at @param {boolean} isNow @returns {Part} */
const whenPart = ({ zone }, at, isNow) => ({
  key: "now-time",
  raw: new Date(at).toISOString(),
  text: isNow ? time(zone, at) : dayTime(zone, at),
});

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} main without a present value: its amount of today is told
 * @param {string | null} energy
 * @returns {Omit<Now, "sources">}
 */
function counted(doc, grid, main, energy) {
  const isHouse = main === doc.draws.house || main === doc.counts.house;
  const name = isHouse ? (energy ?? main) : main;
  return {
    label: isHouse ? say("now.soFar") : title(main),
    figure: figure("now", summed(doc, grid, name).total, amountUnit(doc, name)),
    when: isHouse ? [] : [{ text: say("now.today") }],
    isOld: false,
  };
}

/** @param {Doc} doc @param {Grid} grid @param {string} name @returns {boolean} whether a value is known in the newest bucket that was asked for */
function isKnown({ series }, { edges, columns }, name) {
  const until = series.get(name)?.until ?? 0;
  const last = edges.filter((edge) => edge <= until).length - 2;
  return last >= 0 && columns.get(name)?.[last] !== undefined;
}

// --- the sources ---------------------------------------------------------------------------------

/** Each source: the ways of its energy, and the words for either way. @type {Record<Source["role"], { tone: Tone, ways: [string, string | null], words: [Key, Key, Key] }>} */
const SOURCES = {
  solar: {
    tone: "sun",
    ways: ["solar", null],
    words: ["now.producing", "now.nothing", "now.nothing"],
  },
  grid: {
    tone: "grid",
    ways: ["import", "export"],
    words: ["now.import", "now.export", "now.nothing"],
  },
  battery: {
    tone: "battery",
    ways: ["discharge", "charge"],
    words: ["now.discharging", "now.charging", "now.resting"],
  },
};

/** @param {Doc} doc @param {Grid} grid @param {string} main @returns {Source[]} those that are there */
function sourcesOf(doc, grid, main) {
  const roles = /** @type {Source["role"][]} */ (Object.keys(SOURCES));
  return roles.flatMap((role) => {
    const power = doc.draws[role];
    // A grid without anything beside it is what the house takes.
    if (power === main || (role === "grid" && doc.counts.import === main)) return [];
    if (power !== undefined && !isCounter(doc, power)) return flowing(doc, grid, role, power);
    return meteredSource(doc, grid, role);
  });
}

/** @param {Doc} doc @param {Grid} grid @param {Source["role"]} role @param {string} power @returns {Source} */
function flowing(doc, grid, role, power) {
  const { tone, words } = SOURCES[role];
  const value = isKnown(doc, grid, power) ? (doc.latest.get(power)?.value ?? null) : null;
  // A figure that is written as zero flows nowhere.
  const way = value === null || Math.abs(value) < 0.5 ? "" : value > 0 ? "in" : "out";
  const word = value === null ? "unknown" : words[way === "in" ? 0 : way === "out" ? 1 : 2];
  return {
    role,
    label: say(`now.${role}`),
    tone,
    way,
    figure: figure(`now-${role}`, value === null ? null : Math.abs(value), "W"),
    level: role === "battery" ? levelOf(doc, grid) : [],
    notes: [{ text: say(word) }],
  };
}

/** @param {Doc} doc @param {Grid} grid @returns {Part[]} how full the battery is, if a series says it */
function levelOf(doc, grid) {
  const { level } = doc.home;
  const last = level !== null && isKnown(doc, grid, level) ? doc.latest.get(level) : undefined;
  if (!last) return [];
  const text = number(last.value / 100, 0, { style: "percent" });
  return [{ key: "battery-level", raw: last.value, text }];
}

/** @param {Doc} doc @param {Grid} grid @param {Source["role"]} role @returns {Source[]} its energies of today, if it has meters only */
function meteredSource(doc, grid, role) {
  const { tone, ways } = SOURCES[role];
  const [given, taken] = ways.map((flow) => (flow === null ? undefined : doc.counts[flow]));
  if (given === undefined) return [];
  /** @param {string} name */
  const total = (name) => summed(doc, grid, name).total;
  const figureOf = figure(`now-${role}`, total(given), amountUnit(doc, given));
  return [
    {
      role,
      label: say(`now.${role}`),
      tone,
      way: "",
      figure: figureOf,
      level: [],
      notes:
        taken === undefined
          ? [{ text: say("now.today") }]
          : sayParts(role === "grid" ? "now.gridOut" : "now.batteryOut", {
              amount: part(`now-${role}-out`, total(taken), amountUnit(doc, taken)),
            }),
    },
  ];
}
