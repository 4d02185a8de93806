/**
 * A home's local time: days, hours and intervals as half-open spans of instants.
 *
 * An instant is in milliseconds since 1970; a day is the number of days from 1970-01-01 to its date.
 */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** @typedef {{ at: number, before: number, after: number }} Change when clocks change in a day */

/**
 * Zones that were renamed since 2016: the files have the current names, an old browser does not.
 *
 * @type {Record<string, string>}
 */
const OLD_NAMES = {
  "America/Nuuk": "America/Godthab",
  "Asia/Yangon": "Asia/Rangoon",
  "Europe/Kyiv": "Europe/Kiev",
  "Pacific/Kanton": "Pacific/Enderbury",
};

/** Tells offsets at once; Intl, which old browsers have alone, takes long for its first answer. */
const { Temporal } = /** @type {any} */ (globalThis);

/**
 * @param {string} name of a zone
 * @returns {(instant: number) => number} tells how far local time is ahead of UTC, in ms
 * @throws {RangeError} if the browser does not know the zone
 */
const offsetsOf = (name) => (Temporal ? byTemporal : byIntl)(name);

/** @param {string} name @returns {(instant: number) => number} */
function byTemporal(name) {
  /** @param {number} instant */
  const at = (instant) => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
  at(0);
  return (instant) => at(instant).offsetNanoseconds / 1e6;
}

/** @param {string} name @returns {(instant: number) => number} */
function byIntl(name) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (instant) => {
    const numbers = parts.format(instant).match(/\d+/g) ?? [];
    const [month, day, year, hour, minute, second] = numbers.map(Number);
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return local - Math.floor(instant / SECOND) * SECOND;
  };
}

/** @param {string} name @throws {RangeError} if the browser does not know the zone */
const checked = (name) => offsetsOf(name) && name;

/** @param {string} name @param {(name: string) => string} check @returns {string} a name that passes */
export function knownName(name, check = checked) {
  try {
    return check(name);
  } catch (error) {
    if (name in OLD_NAMES) return check(OLD_NAMES[name]);
    throw error;
  }
}

export class Zone {
  /** @param {string} name as in the IANA database @throws {RangeError} if the browser does not know it */
  constructor(name) {
    this.name = knownName(name);
    /** @type {Map<number, number | Change>} */
    this.offsets = new Map();
    /** @type {Map<number, number>} */
    this.starts = new Map();
    /** How far local time is ahead of UTC, in ms. */
    this.ask = offsetsOf(this.name);
  }

  /** @param {number} instant @returns {number | Change} the offset in the UTC day that holds it */
  change(instant) {
    const day = Math.floor(instant / DAY);
    let known = this.offsets.get(day);
    if (known === undefined) {
      let from = day * DAY;
      let to = from + DAY;
      const before = this.ask(from);
      const after = this.ask(to);
      known = before;
      if (before !== after) {
        while (to - from > SECOND) {
          const middle = from + Math.floor((to - from) / 2 / SECOND) * SECOND;
          if (this.ask(middle) === before) from = middle;
          else to = middle;
        }
        known = { at: to, before, after };
      }
      this.offsets.set(day, known);
    }
    return known;
  }

  /** @param {number} instant @returns {number} how far local time is ahead of UTC, in ms */
  offset(instant) {
    const known = this.change(instant);
    if (typeof known === "number") return known;
    return instant < known.at ? known.before : known.after;
  }

  /** @param {number} instant @returns {number} local time, counted as if it were UTC */
  local(instant) {
    return instant + this.offset(instant);
  }

  /** @param {number} instant @returns {boolean} whether its local time comes twice */
  twice(instant) {
    for (const near of [instant, instant - 6 * HOUR, instant + 6 * HOUR]) {
      const known = this.change(near);
      if (typeof known !== "number" && Math.abs(instant - known.at) <= known.before - known.after) {
        return instant !== known.at + known.before - known.after;
      }
    }
    return false;
  }

  /** @param {number} day @returns {number} its first instant, also if midnight comes twice or never */
  start(day) {
    const known = this.starts.get(day);
    if (known !== undefined) return known;
    const midnight = day * DAY;
    const guesses = [
      midnight - this.offset(midnight - DAY),
      midnight - this.offset(midnight + DAY),
    ];
    let from = Math.min(...guesses);
    let start = this.local(from) === midnight ? from : Math.max(...guesses);
    while (start - from > SECOND) {
      const middle = from + Math.floor((start - from) / 2 / SECOND) * SECOND;
      if (this.local(middle) < midnight) from = middle;
      else start = middle;
    }
    this.starts.set(day, start);
    return start;
  }

  /** @param {number} instant @returns {number} the day that holds it */
  day(instant) {
    const day = Math.floor(this.local(instant) / DAY);
    return instant >= this.start(day + 1) ? day + 1 : day;
  }

  /** @param {number} day @returns {number[]} the starts of its hours: its own start and each whole hour */
  hours(day) {
    const start = this.start(day);
    const end = this.start(day + 1);
    const hours = start < end ? [start] : [];
    const grid = 15 * MINUTE;
    for (let at = Math.floor(start / grid) * grid + grid; at < end; at += grid) {
      if (this.local(at) % HOUR === 0) hours.push(at);
    }
    return hours;
  }

  /**
   * @param {string} bucket "10min" or any other number of minutes, "hour" or "day"
   * @param {number} first
   * @param {number} last
   * @returns {number[]} the starts of all buckets of the days from `first` to `last`, and the end
   */
  edges(bucket, first, last) {
    /** @type {number[]} */
    const edges = [];
    const step = parseInt(bucket, 10) * MINUTE || Infinity;
    for (let day = first; day <= last; day++) {
      const end = this.start(day + 1);
      if (bucket === "day") {
        if (this.start(day) < end) edges.push(this.start(day));
        continue;
      }
      const hours = [...this.hours(day), end];
      for (let i = 0; i + 1 < hours.length; i++) {
        for (let at = hours[i]; at < hours[i + 1]; at += step) edges.push(at);
      }
    }
    edges.push(this.start(last + 1));
    return edges;
  }
}

/** @type {Map<string, Zone>} */
const zones = new Map();

/** @param {string} name @returns {Zone} the same one each time: a browser takes long to make one @throws {RangeError} if the browser does not know it */
export function zoneNamed(name) {
  const zone = zones.get(name) ?? new Zone(name);
  zones.set(name, zone);
  return zone;
}

/** Steps between ticks, in minutes, in days and in months. */
const STEPS = {
  minutes: [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720],
  days: [1, 2, 3, 7, 14],
  months: [1, 2, 3, 6],
};

/**
 * Instants for an axis: round local times, and not more of them than fit.
 *
 * @param {Zone} zone
 * @param {number} from
 * @param {number} to
 * @param {number} most
 * @param {number} [week] the first day of a week, from 1 for Monday to 7
 * @returns {number[]}
 */
export function ticks(zone, from, to, most, week = 1) {
  const fits = (/** @type {number} */ step) => (to - from) / step <= most;
  const minutes = STEPS.minutes.find((count) => fits(count * MINUTE));
  if (minutes) return clockTicks(zone, from, to, minutes * MINUTE);
  const days = STEPS.days.find((count) => fits(count * DAY));
  const months = STEPS.months.find((count) => fits(count * 30 * DAY)) ?? 12;
  const first = zone.day(from);
  const last = zone.day(to);
  /** @param {number} day */
  const isRound = (day) => (days ? isRoundDay(day, days, last, week) : isRoundMonth(day, months));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter(isRound)
    .map((day) => zone.start(day))
    .filter((at) => at >= from && at < to);
}

/** @param {Zone} zone @param {number} from @param {number} to @param {number} step @returns {number[]} */
function clockTicks(zone, from, to, step) {
  /** @type {number[]} */
  const at = [];
  const grid = Math.min(step, 15 * MINUTE);
  for (let tick = Math.ceil(from / grid) * grid; tick < to; tick += grid) {
    // An hour that comes twice gets one tick, unless each hour has one.
    const isFree = !at.length || tick - at[at.length - 1] > step * 0.75;
    if (isFree && (zone.local(tick) % DAY) % step === 0) at.push(tick);
  }
  return at;
}

/** @param {number} day @param {number} step @param {number} last @param {number} week @returns {boolean} from a week on, on its first days */
const isRoundDay = (day, step, last, week) =>
  step < 7 ? (last - day) % step === 0 : (day + 4 - week) % step === 0;

/** @param {number} day @param {number} step @returns {boolean} */
function isRoundMonth(day, step) {
  const date = new Date(day * DAY);
  return date.getUTCDate() === 1 && date.getUTCMonth() % step === 0;
}
