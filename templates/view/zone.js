/** Whose times the page tells, said beside the clock to a reader whose own clock shows others. */

import { isElsewhere } from "../lib/elsewhere.js";
import { title } from "../lib/format.js";
import { zoneNamed } from "../lib/time.js";
import { say } from "../lib/words.js";
import { setText } from "./dom.js";

let placed = "";

/** @param {string} name of the home's zone @returns {HTMLElement | null} its place, which is there only if it is needed */
export function placeZone(name) {
  const element = document.getElementById("zone");
  if (element && name !== placed) element.hidden = !isOther(name);
  placed = name;
  return element;
}

/** @param {string} name @returns {boolean} false if the browser does not know the zone: its file is told to be unreadable */
function isOther(name) {
  try {
    return isElsewhere(zoneNamed(name), Date.now());
  } catch {
    return false;
  }
}

/** @param {string} name of the home's zone, said once the page has its words */
export function showZone(name) {
  const element = placeZone(name);
  if (element) setText(element, say("zone", { zone: title(name) }));
}
