/** Whether the data is too old: this depends on what was asked for, not on what is known. */

import { title } from "./format.js";

/**
 * @param {import("./data.js").Doc} doc
 * @param {number} now
 * @param {number} publish how often the page is published
 * @returns {{ since: number | null, lagging: { name: string, until: number }[] }} `since`: when newer
 *   data was due, if it is two publish periods late; `lagging`: series of today that are behind the others
 */
export function staleSince({ day, until, zone, series }, now, publish) {
  const isToday = day !== null;
  // A closed day is published the night after it: the next one is due when the day of `until` ends.
  const due = isToday ? until : zone.start(zone.day(until) + 1);
  const lagging = isToday
    ? [...series]
        .filter(([, about]) => !about.sum && until - about.until >= 2 * publish)
        .map(([name, about]) => ({ name: title(name), until: about.until }))
    : [];
  return { since: now - due >= 2 * publish ? due : null, lagging };
}
