/** Whose times the page tells, said beside the clock to a reader whose own clock shows others. */

import { isElsewhere, ownZone } from "../lib/elsewhere.js";
import { title } from "../lib/format.js";
import { say } from "../lib/words.js";
import { setText } from "./dom.js";

let placed = "";

/** @param {string} zone the home's @returns {HTMLElement | null} its place, which is there only if it is needed */
export function placeZone(zone) {
  const element = document.getElementById("zone");
  if (element && zone !== placed) element.hidden = !isElsewhere(zone, ownZone(), Date.now());
  placed = zone;
  return element;
}

/** @param {string} zone the home's, said once the page has its words */
export function showZone(zone) {
  const element = placeZone(zone);
  if (element) setText(element, say("zone", { zone: title(zone) }));
}
