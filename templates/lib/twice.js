/** Other meters of what is counted already: they are told apart from the amounts, with their difference. */

import { pairs } from "./flows.js";
import { number, title } from "./format.js";
import { amountUnit, changePart, part, summed } from "./model.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/**
 * The energy that the powers of a role draw, if its counters count: `names` are the powers, `change` is
 * how much more they have than the counters, where both are known.
 *
 * @typedef {{ role: string, series: string, names: string[], kwh: number | null, change: number | null }} Twice
 */

/** Two meters of one thing that differ by no more are told to agree. */
const LEAST = 0.01;

const ROLES = ["house", "import", "export", "solar", "discharge", "charge"];

/** @param {Doc} doc @param {Grid} grid @returns {Twice[]} */
export function measuredTwice(doc, grid) {
  const { counts, draws, home } = doc;
  return ROLES.flatMap((role) => {
    const [one, other] = [counts[role], draws[role]];
    if (!one || !other || one === other || (role === "house" && isBalance(doc))) return [];
    const names = home.draws[role].map(([name]) => title(name));
    const both = pairs(grid, one, other).get(0);
    const change = both && both.one > 0 && both.other > 0 ? both.other / both.one - 1 : null;
    return [
      {
        role,
        series: other,
        names: [...new Set(names)],
        kwh: summed(doc, grid, other).total,
        change: change !== null && Math.abs(change) > LEAST ? change : null,
      },
    ];
  });
}

/** @param {Doc} doc @returns {boolean} whether the house is what the flows leave: then its parts are compared */
function isBalance({ home: { counts } }) {
  const own = new Set(counts.house.map(([name]) => name));
  return ROLES.slice(1).some((role) => counts[role]?.some(([name]) => own.has(name)));
}

/** @param {Doc} doc @param {Grid} grid @returns {import("./model.js").Twice} a line for each */
export const twiceList = (doc, grid) =>
  measuredTwice(doc, grid).map(({ role, series, names, kwh, change }) =>
    sayParts(change === null ? "twice.same" : change > 0 ? "twice.more" : "twice.less", {
      names: names.join(" + "),
      role: say(/** @type {import("./words.js").Key} */ (`amount.${role}`)),
      amount: part(`twice-${role}`, kwh, amountUnit(doc, series)),
      change:
        change === null
          ? ""
          : {
              ...changePart(`twice-${role}-change`, change),
              text: number(Math.abs(change), 1, { style: "percent" }),
            },
    }),
  );
