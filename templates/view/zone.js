/** Whose times the page tells, said beside the clock to a reader whose own clock shows others. */

import { isElsewhere, ownZone } from "../lib/elsewhere.js";
import { title } from "../lib/format.js";
import { say } from "../lib/words.js";
import { setText } from "./dom.js";

let shown = "";

/** @param {string} zone the home's */
export function showZone(zone) {
  const element = document.getElementById("zone");
  if (!element || zone === shown) return;
  shown = zone;
  element.hidden = !isElsewhere(zone, ownZone(), Date.now());
  setText(element, say("zone", { zone: title(zone) }));
}
