/** The part of the script that shows closed days: fetched when the first of them are opened. */

import { speech } from "../lib/words.js";
import { later } from "./later.js";

/** @typedef {typeof import("../later/closed.js")} Closed */

/** A part that cannot be fetched is asked for again after so many ms. */
const PAUSE = 5000;

/** @param {() => void} onChange called if it has come, or cannot be fetched */
export function closedPart(onChange) {
  let isAsked = false;
  const state = {
    /** @type {Closed | undefined} */
    part: undefined,
    /** Why it cannot be had. */
    problem: "",
    load() {
      if (isAsked) return;
      isAsked = true;
      later("closed").then(come, fail);
    },
  };
  /** @param {Closed} part */
  const come = (part) => {
    part.speak(...speech());
    state.part = part;
    onChange();
  };
  /** @param {Error} error */
  const fail = ({ message }) => {
    state.problem = message;
    onChange();
    setTimeout(() => {
      isAsked = false;
      state.problem = "";
      onChange();
    }, PAUSE);
  };
  return state;
}
