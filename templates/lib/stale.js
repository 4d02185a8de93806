/** Whether what is shown is too old, by what was asked for and not by what was known. */

import { title } from "./format.js";

/**
 * @param {import("./data.js").Doc} doc
 * @param {number} now
 * @param {number} publish how often the page is published
 * @returns {{ since: number | null, lagging: { name: string, until: number }[] }} when the data should
 *   have been there, if it is two publish periods late; and today's series that fell behind the others
 */
export function staleSince({ day, until, zone, series }, now, publish) {
  const isToday = day !== null;
  // A closed day is there the night after it: the next is due when the day of `until` has ended.
  const due = isToday ? until : zone.start(zone.day(until) + 1);
  const lagging = isToday
    ? [...series]
        .filter(([, about]) => until - about.until >= 2 * publish)
        .map(([name, about]) => ({ name: title(name), until: about.until }))
    : [];
  return { since: now - due >= 2 * publish ? due : null, lagging };
}
