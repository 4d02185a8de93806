/** Whether the reader's own clock shows other times than the page, which has those of the home. */

import { DAY, Zone } from "./time.js";

/** Days between two looks at the clocks, and how many looks: a year with both of its changes. */
const [APART, LOOKS] = [30, 13];

/**
 * @param {string} home the home's zone
 * @param {string} own the reader's zone
 * @param {number} now
 * @returns {boolean} whether their clocks differ somewhere in the past year; false if a zone is unknown
 */
export function isElsewhere(home, own, now) {
  if (home === own) return false;
  try {
    const zones = [new Zone(home), new Zone(own)];
    return Array.from({ length: LOOKS }, (_, i) => now - i * APART * DAY).some((at) => {
      const [one, other] = zones.map((zone) => zone.offset(at));
      return one !== other;
    });
  } catch {
    return false;
  }
}

/** @returns {string} */
export const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
