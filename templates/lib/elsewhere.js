/** Whether the reader's own clock shows other times than the page, which has those of the home. */

import { DAY, MINUTE } from "./time.js";

/** Days between two looks at the clocks, and how many looks: a year with both of its changes. */
const [APART, LOOKS] = [30, 13];

/**
 * The reader's clock is asked by Date: the first use of Intl for it would take longer than all the rest.
 *
 * @param {import("./time.js").Zone} zone the home's
 * @param {number} now
 * @returns {boolean} whether the clocks differ somewhere in the past year
 */
export const isElsewhere = (zone, now) =>
  Array.from({ length: LOOKS }, (_, i) => now - i * APART * DAY).some(
    (at) => zone.offset(at) !== -new Date(at).getTimezoneOffset() * MINUTE,
  );
