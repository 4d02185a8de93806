/** The running bill, line by line. */

import { dayRange, measure, number } from "./format.js";
import { knownParts, moneyPart } from "./money.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./money.js").Money} Money */

/** @typedef {{ title: string, note: Part[], head: string[], rows: { name: string, quantity: string, amount: Part, isPart: boolean }[], totalLabel: string, total: Part, notes: Part[][] }} BillModel */

/** @param {Money} money @returns {BillModel | null} */
export function billModel(money) {
  const { bill } = money;
  if (!bill) return null;
  const all = bill.end - bill.first;
  const rows = bill.lines.flatMap(({ name, quantity, unit, amount, parts = [] }, i) => [
    {
      name,
      quantity: quantityText(quantity, unit),
      amount: moneyPart(money, `bill-${i}`, amount),
      isPart: false,
    },
    ...parts.map((part, j) => ({
      name: partName(part.name),
      quantity: quantityText(part.quantity, unit),
      amount: moneyPart(money, `bill-${i}-${j}`, part.amount),
      isPart: true,
    })),
  ]);
  return {
    title: say("bill.title"),
    note: [
      { text: `${bill.tariff} · ${dayRange(bill.first, bill.end - 1)} · ` },
      ...sayParts("month.days", { count: bill.days, n: all }),
    ],
    head: [say("bill.line"), say("bill.quantity"), say("bill.amount")],
    rows,
    totalLabel: say("bill.total"),
    total: moneyPart(money, "bill-total", bill.amount),
    notes: [
      knownParts("bill-known", bill.known),
      bill.unpriced
        ? sayParts("bill.unpriced", { amount: kwh("bill-unpriced", bill.unpriced) })
        : [],
      bill.split ? sayParts("bill.split", { amount: kwh("bill-split", bill.split) }) : [],
    ].filter((note) => note.length),
  };
}

/** @param {string} key @param {number} amount @returns {Part} */
const kwh = (key, amount) => ({ key, raw: amount, text: measure(amount, "kWh") });

/** @param {number} quantity @param {string} unit */
function quantityText(quantity, unit) {
  if (unit === "days") return say("length.days", { n: quantity });
  if (unit === "%")
    return number(quantity / 100, 2, { style: "percent", minimumFractionDigits: 0 });
  return measure(quantity, unit);
}

/** @param {string} name of a zone or a block, as the file has it */
function partName(name) {
  const limit = /^to (.+)$/.exec(name)?.[1];
  if (limit !== undefined) return say("bill.to", { amount: measure(Number(limit), "kWh") });
  return name === "rest" ? say("bill.rest") : name.replaceAll("_", " ");
}
