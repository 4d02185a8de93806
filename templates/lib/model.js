/** What a tab shows, as plain data; the four tabs are made of these parts. */

import { amount } from "./data.js";
import {
  dayTime,
  duration,
  fullDay,
  measure,
  percent,
  plain,
  shortDay,
  signed,
  time,
  title,
} from "./format.js";
import { blanks, gaps } from "./gaps.js";
import { summary, WHOLE } from "./statistics.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./roles.js").Roles} Roles */
/** @typedef {import("./statistics.js").Summary} Summary */
/** @typedef {import("./statistics.js").Day} Day */

/**
 * A piece of text; with a `key` it is a number or a time that can be found and compared.
 *
 * @typedef {{ text: string, key?: string, raw?: number | string | null, tone?: string }} Part
 */

/** @typedef {{ key: string, label: string, value: string, unit: string, raw: number | null, notes: Part[][], tone?: string }} Card */

/** @typedef {"use" | "sun" | "ink" | "ink2" | "ink3" | "ghost" | "soft"} Tone */

/**
 * The name of the series that a line shows, or a symbol for a line that is computed: no series can have
 * its name.
 *
 * @typedef {string | symbol} LineId
 */

/** Yesterday's hours, below today's. */
export const YESTERDAY = Symbol("yesterday");

/** The energy of each day, below its rolling mean. */
export const EACH_DAY = Symbol("daily");

/** @param {LineId} id @returns {string} the id as it stands in the keys of numbers */
export const idText = (id) => (typeof id === "string" ? id : (id.description ?? ""));

/**
 * A line in a chart, one value a bucket. `kind`: a mean as steps, with a band from `min` to `max` if
 * these are there; bars; or a line through the middles of the buckets. A `partial` bucket looks partly known.
 *
 * @typedef {{ id: LineId, label: string, unit: string, tone: Tone, kind: "step" | "bars" | "line",
 *   values: (number | null)[], min?: (number | null)[], max?: (number | null)[], partial?: boolean[],
 *   rest?: Part[] }} Line
 */

/**
 * @typedef {{ key: string, title: string, unit: string, zero: boolean, tall: boolean, lines: Line[],
 *   blanks: [number, number][] }} Chart
 */

/** @typedef {{ head: string[], rows: Part[][] }} Table */

/**
 * Rows of a name, a bar and a number.
 *
 * @typedef {{ key: string, title: string, head: string[],
 *   rows: { label: string, bars: { share: number, tone: Tone, partial: boolean }[], cells: Part[] }[] }} Bars
 */

/**
 * Squares in rows: a square without a value is unknown, one that is null does not exist.
 *
 * @typedef {{ key: string, title: string, unit: string, columns: string[], low: number, high: number,
 *   rows: { label: string, cells: ({ name: string, value: number | null, partial: boolean } | null)[] }[] }} Heat
 */

/** @typedef {{ title: string, total: Part[], rows: { start: Part, length: Part, kind: string, what: Part }[] }} Gaps */

/**
 * A tab: its tall charts, drawn as soon as they can be, and what is worked out once they are. `isLong`: of so
 * many days that the charts come last.
 *
 * @typedef {{ isLong: boolean, charts: Chart[], rest: () => Rest }} Model
 */

/**
 * @typedef {{ heading: string, known: { text: string, raw: number | null } | null, hero: Hero | null, cards: Card[],
 *   smalls: Chart[], bars: Bars[], heats: Heat[], gaps: Gaps }} Rest
 */

/**
 * @typedef {{ label: string, value: string, unit: string, raw: number | null, when: Part[], isUnknown: boolean,
 *   sun: { value: string, unit: string, raw: number | null, notes: Part[] } | null,
 *   known: { text: string, raw: number | null } }} Hero
 */

/** @param {string} key @param {number | null | undefined} value @param {string} unit @returns {Part} */
export const part = (key, value, unit) => ({ key, raw: value ?? null, text: measure(value, unit) });

/** @param {string} key @param {number | null | undefined} value @param {string} unit @returns {Part} below a head that says the unit */
export const cell = (key, value, unit) => ({ key, raw: value ?? null, text: plain(value, unit) });

/** @param {string} key @param {number | null} share @returns {Part} */
export const changePart = (key, share) =>
  share === null ? { text: "" } : { key, raw: share, text: signed(share), tone: "change" };

/**
 * @param {string} key
 * @param {string} label
 * @param {number | null | undefined} value
 * @param {string} unit
 * @param {Part[][]} notes
 * @param {string} [tone]
 * @returns {Card}
 */
export const card = (key, label, value, unit, notes = [], tone) => ({
  key,
  label,
  value: plain(value, unit),
  unit: value == null ? "" : unit,
  raw: value ?? null,
  notes: notes.filter((note) => note.length),
  tone,
});

/** @param {Doc} doc @param {string | null} name */
export const unitOf = (doc, name) => (name === null ? "" : (doc.series.get(name)?.unit ?? ""));

/** @param {Doc} doc @param {string | null} name @returns {string} of what a bucket adds up */
export const amountUnit = (doc, name) => {
  const unit = unitOf(doc, name);
  return unit === "W" ? "kWh" : unit;
};

/** @param {Doc} doc @param {Grid} grid @param {string | null} name @returns {Summary} */
export const summed = (doc, grid, name) =>
  summary(grid, name, (name !== null && doc.series.get(name)?.until) || 0);

/** @param {Doc} doc @param {number} day @returns {string} with its year, where they are of two */
const dayOf = (doc, day) => (doc.tier === "yearly" ? fullDay(day) : shortDay(day));

/** @param {Doc} doc @param {{ value: number, at: number } | null} found @param {string} key @returns {Part[]} */
export const when = (doc, found, key) =>
  found
    ? [
        {
          key,
          raw: new Date(found.at).toISOString(),
          text:
            doc.bucket === "day"
              ? dayOf(doc, doc.zone.day(found.at))
              : doc.day === null
                ? dayTime(doc.zone, found.at)
                : time(doc.zone, found.at),
        },
      ]
    : [];

/** @param {Doc} doc @param {Day | null} day @param {string} key @returns {Part[]} */
export const onDay = (doc, day, key) =>
  day
    ? [
        {
          key,
          raw: new Date(day.day * 864e5).toISOString().slice(0, 10),
          text: dayOf(doc, day.day),
        },
      ]
    : [];

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} name
 * @param {Tone} tone
 * @returns {Line}
 */
export function line(doc, grid, name, tone, withBand = true) {
  const about = doc.series.get(name);
  const column = grid.columns.get(name) ?? [];
  const found = summed(doc, grid, name);
  const unit = about?.unit ?? "";
  const key = encodeURIComponent(name);
  /** @type {Line} */
  const made = { id: name, label: title(name), unit, tone, kind: "step", values: [] };
  if (about?.counter) {
    return {
      ...made,
      kind: "bars",
      values: column.map(amount),
      partial: column.map(isPartial),
      rest: [part(`total-${key}`, found.total, unit)],
    };
  }
  made.values = column.map((value) => value?.mean ?? null);
  made.rest = [
    { text: "mean " },
    part(`mean-${key}`, found.mean, unit),
    { text: ", " },
    part(`min-${key}`, found.min?.value, ""),
    { text: "–" },
    part(`max-${key}`, found.max?.value, unit),
  ];
  if (found.min) made.rest[3].text = plain(found.min.value, unit);
  else made.rest = [{ text: "unknown" }];
  if (withBand) {
    made.min = column.map((value) => value?.min ?? null);
    made.max = column.map((value) => value?.max ?? null);
  }
  return made;
}

/** @param {{ coverage: number } | undefined} value */
export const isPartial = (value) => value !== undefined && value.coverage < WHOLE;

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @returns {Chart[]} the main series, the sun beside it */
export function mainChart(doc, grid, { main, beside }) {
  if (main === null) return [];
  const about = doc.series.get(main);
  const lines = [line(doc, grid, main, "use")];
  if (beside !== null) lines.push(line(doc, grid, beside, "sun", false));
  return [
    {
      key: "main",
      title: title(main),
      unit: about?.unit ?? "",
      tall: true,
      lines,
      zero: about?.unit === "W" || about?.counter === true,
      blanks: blanks(doc, grid, [main]),
    },
  ];
}

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @returns {Chart[]} everything else, a small chart each */
export const furtherCharts = (doc, grid, { groups, sun }) =>
  groups.map(({ title: name, unit, names }) => ({
    key: `series-${encodeURIComponent(name)}`,
    title: title(name),
    unit,
    tall: false,
    zero: unit === "W" || doc.series.get(names[0])?.counter === true,
    lines: names.map((name, i) =>
      line(
        doc,
        grid,
        name,
        name === sun ? "sun" : /** @type {Tone[]} */ (["ink", "ink2", "ink3", "use"])[i],
        names.length === 1,
      ),
    ),
    blanks: blanks(doc, grid, names),
  }));

/**
 * Energy a day as bars, the sun's beside them.
 *
 * @param {Roles} roles
 * @param {Day[]} days
 * @param {Day[]} sunDays
 * @returns {Chart[]}
 */
export function energyChart({ energy, sunEnergy }, days, sunDays) {
  /** @type {Chart} */
  const chart = {
    key: "energy",
    title: "energy a day",
    unit: "kWh",
    zero: true,
    tall: true,
    lines: [],
    blanks: [],
  };
  for (const [name, some, tone] of /** @type {const} */ ([
    [energy, days, "use"],
    [sunEnergy, sunDays, "sun"],
  ])) {
    if (name === null) continue;
    chart.lines.push({
      id: name,
      label: title(name),
      unit: "kWh",
      tone,
      kind: "bars",
      values: some.map((day) => day.total),
      partial: some.map((day) => day.total !== null && day.coverage < WHOLE),
    });
  }
  return chart.lines.length ? [chart] : [];
}

/** @param {Doc} doc @param {Grid} grid @returns {Gaps} the newest first */
export function gapList(doc, grid) {
  const found = gaps(doc, grid);
  const all = [...doc.series.keys()].length;
  return {
    title: found.length ? "Power cuts and gaps" : "No gaps",
    total: [{ key: "gaps", raw: found.length, text: String(found.length) }],
    rows: found.reverse().map((gap, i) => ({
      start: {
        key: `gap-${i}-start`,
        raw: new Date(gap.start).toISOString(),
        text:
          doc.bucket === "day"
            ? shortDay(doc.zone.day(gap.start))
            : doc.day === null
              ? dayTime(doc.zone, gap.start)
              : time(doc.zone, gap.start),
      },
      length: {
        key: `gap-${i}-length`,
        raw: Math.round(gap.length / 1000),
        text: duration(gap.length),
      },
      kind: { "no data": "No data", "power cut": "Power cut", unknown: "Unknown" }[gap.kind],
      what: {
        key: `gap-${i}-missing`,
        raw: gap.missing.join(" "),
        text: gap.missing.length === all ? "everything" : gap.missing.map(title).join(", "),
      },
    })),
  };
}

/** @param {number | null} share @returns {{ text: string, raw: number | null }} */
export const known = (share) => ({ raw: share, text: share === null ? "–" : percent(share) });

/** @param {number | null} share @returns {Card} */
const knownCard = (share) => ({
  key: "known",
  label: "Known",
  value: known(share).text,
  unit: "",
  raw: share,
  notes: [[{ text: "of the time" }]],
});

/**
 * Cards are in rows of four, the first of two places: the known share fills the last place, or stands
 * beside the heading.
 *
 * @param {Card[]} cards
 * @param {number | null} share
 * @returns {{ cards: Card[], known: { text: string, raw: number | null } | null }}
 */
export const filled = (cards, share) =>
  cards.length % 4 === 2
    ? { cards: [...cards, knownCard(share)], known: null }
    : { cards, known: known(share) };
