/** Money on the page: what days cost, what a kWh costs now, the bill, against numbers worked out by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { billModel } from "../../templates/lib/bill.js";
import { costBars, costYears } from "../../templates/lib/costs.js";
import { FileError } from "../../templates/lib/data.js";
import { chosenCost, costCard, moneyPart, readMoney, sumOf } from "../../templates/lib/money.js";
import { ratesNow, strips } from "../../templates/lib/rates.js";
import { speak } from "../../templates/lib/words.js";
import german from "../../templates/moneywords/de.js";
import moneyWords from "../../templates/moneywords/en.js";
import germanPage from "../../templates/words/de.js";
import english from "../../templates/words/en.js";

const DAY = 86400000;

speak({ ...english, ...moneyWords }, "en-GB");

/** @param {string} date */
const dayAt = (date) => Date.parse(`${date}T00:00Z`) / DAY;

/** @param {string} date @param {number | null} energy @param {number | null} fixed @param {number} [coverage] */
const dayOf = (date, energy, fixed, coverage = 1) => ({
  date,
  import: 10,
  export: null,
  energy,
  fixed,
  amount: energy === null ? null : energy + (fixed ?? 0),
  coverage,
});

const BILL = {
  tariff: "Own",
  from: "2025-11-15",
  until: "2025-12-15",
  days: 8,
  lines: [
    {
      name: "Energy",
      quantity: 112.4,
      unit: "kWh",
      amount: 337.2,
      parts: [
        { name: "to 100", quantity: 100, amount: 300 },
        { name: "rest", quantity: 12.4, amount: 37.2 },
      ],
    },
    { name: "Fixed charge", quantity: 8, unit: "days", amount: 40 },
    { name: "PPAC", quantity: 7.25, unit: "%", amount: 27.35 },
    { name: "Capacity", quantity: 2.5, unit: "kW", amount: 1 },
  ],
  amount: 405.55,
  known: 0.973,
  unpriced: 0.8,
  split: 0,
};

/** @param {object} [other] fields of the file */
const fileOf = (other = {}) =>
  JSON.stringify({
    version: 1,
    tier: "money",
    timezone: "Europe/Amsterdam",
    last_update: "2025-11-22T12:00:00+01:00",
    currency: "EUR",
    decimals: 2,
    tariffs: [{ name: "Own", from: "2025-01-01" }],
    rates: [],
    bill: BILL,
    days: [
      dayOf("2025-11-19", null, null, 0),
      dayOf("2025-11-20", 2, 1, 0.5),
      dayOf("2025-11-21", -0.5, 1),
      dayOf("2025-11-22", 1.5, 1),
    ],
    ...other,
  });

/** @param {object} [other] */
const moneyOf = (other) => readMoney(fileOf(other));

/** @param {string} first @param {string} end */
const span = (first, end) => ({ first: dayAt(first), end: dayAt(end) });

/** @param {import("../../templates/lib/model.js").Part[]} parts */
const text = (parts) => parts.map((part) => part.text).join("");

/** @param {string} time on 22 November */
const at = (time) => Date.parse(`2025-11-22T${time}+01:00`);

test("days add up; one without a tariff has no amount, and counts as unknown", () => {
  const money = moneyOf();
  const found = sumOf(money, span("2025-11-19", "2025-11-22"));
  assert.deepEqual(found, {
    energy: 1.5,
    fixed: 2,
    amount: 3.5,
    coverage: 0.5,
    days: 2,
    all: 3,
  });
  assert.equal(sumOf(money, span("2025-11-19", "2025-11-20")), null);
  // Today has 12 of 24 hours so far: (12 × 0.5 + 24 + 12) of 60.
  const three = sumOf(money, span("2025-11-20", "2025-11-23"));
  assert.equal(three?.coverage, (24 * 0.5 + 24 + 12) / 60);
});

test("an amount has its known share beside it below 0.9995", () => {
  /** @param {number} coverage */
  const notes = (coverage) =>
    costCard(
      moneyOf({ days: [dayOf("2025-11-22", 1.5, 1, coverage)] }),
      span("2025-11-22", "2025-11-23"),
      true,
    )?.notes.map(text);
  assert.deepEqual(notes(1), ["€1.50 energy, €1.00 fixed"]);
  assert.deepEqual(notes(0.9995), ["€1.50 energy, €1.00 fixed"]);
  assert.deepEqual(notes(0.9994), ["€1.50 energy, €1.00 fixed", "99.9% known"]);
});

test("a chosen span has a cost if it is made of whole days that have one", () => {
  const money = moneyOf();
  const start = money.zone.start(dayAt("2025-11-20"));
  const end = money.zone.start(dayAt("2025-11-22"));
  assert.deepEqual(chosenCost(money, start, end), [
    { key: "chosen-cost", raw: 3.5, text: "€3.50" },
  ]);
  assert.deepEqual(chosenCost(money, start, end - 3600000), []);
  assert.deepEqual(chosenCost(money, start - DAY, end), []);
  assert.deepEqual(chosenCost(money, start - 99 * DAY, start - 98 * DAY), []);
});

test("amounts are written as the reader's language writes the currency", () => {
  const yen = moneyOf({ currency: "JPY", decimals: 0 });
  assert.equal(moneyPart(yen, "", 1234.4).text, "JP¥1,234");
  speak({ ...germanPage, ...german }, "de-DE");
  assert.equal(moneyPart(moneyOf(), "", -1234.5).text, "-1.234,50\u00a0€");
  speak({ ...english, ...moneyWords }, "en-GB");
  assert.equal(moneyPart(moneyOf(), "", null).text, "–");
  assert.equal(moneyPart(moneyOf(), "", -0.001).text, "€0.00");
});

const TWO_ZONES = [
  {
    of: "import",
    flow: "import",
    steps: [
      ["2025-11-22T00:00+01:00", 0.22, "low"],
      ["2025-11-22T07:00+01:00", 0.41, ""],
      ["2025-11-22T23:00+01:00", 0.22, "low"],
    ],
    until: "2025-11-24T00:00+01:00",
  },
  {
    of: "gas_meter",
    flow: "",
    steps: [["2025-11-22T00:00+01:00", 1.2, ""]],
    until: "2025-11-24T00:00+01:00",
  },
];

test("the rate is that of now, and the next one is told", () => {
  const [first, gas] = ratesNow(moneyOf({ rates: TWO_ZONES }), at("06:59"));
  assert.deepEqual([first.label, first.figure.text], ["A kWh from the grid", "€0.2200"]);
  assert.deepEqual(first.notes.map(text), ["low", "from 07:00: €0.4100"]);
  assert.deepEqual([gas.label, gas.figure.text, gas.notes], ["A kWh of gas meter", "€1.2000", []]);
  const [then] = ratesNow(moneyOf({ rates: TWO_ZONES }), at("07:00"));
  assert.deepEqual(then.notes.map(text), ["from 23:00: €0.2200"]);
  // A page of three days ago says nothing of now.
  const [old] = ratesNow(moneyOf({ rates: TWO_ZONES }), at("07:00") + 3 * DAY);
  assert.deepEqual(old.notes.map(text), ["low", "last known, until Mon 24 Nov, 00:00"]);
});

const SPOT = [
  {
    of: "import",
    flow: "import",
    steps: [
      ["2025-11-22T00:00+01:00", 0.3, ""],
      ["2025-11-22T06:00+01:00", -0.1, ""],
      ["2025-11-22T12:00+01:00", null, ""],
    ],
    until: "2025-11-24T00:00+01:00",
  },
];

test("if the price of now is not known yet, the last known one is told as that", () => {
  const [now] = ratesNow(moneyOf({ rates: SPOT }), at("12:07"));
  assert.deepEqual([now.figure.raw, ...now.notes.map(text)], [-0.1, "last known, until 12:00"]);
  assert.deepEqual(ratesNow(moneyOf({ rates: SPOT }), at("06:00") - DAY), []);
});

test("a strip has bars from the zero line, the unknown rest of the day, and a table", () => {
  const [strip] = strips(moneyOf({ rates: SPOT }), at("07:00"));
  assert.equal(strip.zero, 0.1 / 0.4);
  const told = strip.bars.map((bar) => [bar.left, bar.width, bar.isKnown, bar.isPast, bar.isNow]);
  assert.deepEqual(told, [
    [0, 0.25, true, true, false],
    [0.25, 0.25, true, false, true],
    [0.5, 0.5, false, false, false],
  ]);
  const heights = strip.bars.slice(0, 2).map((bar) => [bar.from, bar.to].map((y) => y.toFixed(2)));
  assert.deepEqual(heights, [
    ["0.25", "1.00"],
    ["0.00", "0.25"],
  ]);
  assert.deepEqual(
    strip.marks.map((mark) => mark.text),
    ["00:00", "06:00", "12:00", "18:00"],
  );
  assert.equal(strip.label, "A kWh from the grid: from -€0.1000 to €0.3000");
  assert.deepEqual(
    strip.table.rows.map(([, rate]) => rate.text),
    ["€0.3000", "-€0.1000", "–"],
  );
});

test("a strip has tomorrow if something is known of it; a rate that never changes has none", () => {
  const [strip, ...others] = strips(moneyOf({ rates: TWO_ZONES }), at("07:00"));
  assert.deepEqual(others, []);
  assert.equal(strip.bars.length, 3);
  assert.equal(strip.bars[2].left, 23 / 48);
  assert.deepEqual(
    strip.marks.map((mark) => mark.text),
    ["00:00", "12:00", "00:00", "12:00"],
  );
});

test("the bill has its lines, zones and blocks, its sum, and what is not known of it", () => {
  const bill = billModel(moneyOf());
  assert.equal(text(bill?.note ?? []), "Own · 15 Nov\u2009–\u200914 Dec 2025 · 8 of 30 days");
  assert.deepEqual(
    bill?.rows.map(({ name, quantity, amount }) => [name, quantity, amount.text]),
    [
      ["Energy", "112.4\u202fkWh", "€337.20"],
      ["up to 100.0\u202fkWh", "100.0\u202fkWh", "€300.00"],
      ["rest", "12.40\u202fkWh", "€37.20"],
      ["Fixed charge", "8 days", "€40.00"],
      ["PPAC", "7.25%", "€27.35"],
      ["Capacity", "2.50\u202fkW", "€1.00"],
    ],
  );
  assert.equal(bill?.total.text, "€405.55");
  assert.deepEqual(bill?.notes.map(text), ["97.3% known", "0.80\u202fkWh without a price"]);
  assert.equal(billModel(moneyOf({ bill: null })), null);
});

test("days are bars of energy and fixed, below zero too; unknown ones have none", () => {
  const bars = costBars(moneyOf(), span("2025-11-19", "2025-11-22"), true);
  assert.ok(bars);
  // From -0.5 to 2.
  assert.equal(bars.zero, 0.2);
  assert.deepEqual(
    bars.rows.map(({ label, cells, known }) => [
      label,
      ...[...cells, known].map((cell) => cell?.text),
    ]),
    [
      ["Wed 19 Nov", "–", "–", "–", "unknown"],
      ["Thu 20 Nov", "€3.00", "€2.00", "€1.00", "50.0%"],
      ["Fri 21 Nov", "€0.50", "-€0.50", "€1.00", "100%"],
      ["Today so far", "€2.50", "€1.50", "€1.00", "100%"],
    ],
  );
  assert.deepEqual(
    bars.rows.map(({ bars: some }) => some.map((bar) => [bar.from, bar.to, bar.partial])),
    [
      [],
      [
        [0.2, 1, true],
        [0.2, 0.6000000000000001, true],
      ],
      [
        [0, 0.2, false],
        [0.2, 0.6000000000000001, false],
      ],
      [
        [0.2, 0.8, true],
        [0.2, 0.6000000000000001, true],
      ],
    ],
  );
  assert.equal(costBars(moneyOf(), span("2025-10-01", "2025-10-09"), true), null);
});

/** @param {string} first @param {number} count */
const manyDays = (first, count) =>
  Array.from({ length: count }, (_, i) =>
    dayOf(new Date((dayAt(first) + i) * DAY).toISOString().slice(0, 10), 2, 1),
  );

test("more than 31 days are months, the first and the last of which say how many days they have", () => {
  const money = moneyOf({ days: manyDays("2025-09-21", 63) });
  const bars = costBars(money, span("2024-11-22", "2025-11-22"), true);
  assert.deepEqual(
    bars?.rows.map(({ label, cells, known }) => [label, cells[0].text, known?.text]),
    [
      ["Sept 2025", "€30.00", "10 of 30 days"],
      ["Oct 2025", "€93.00", "100%"],
      ["Nov 2025", "€63.00", "21 of 30 days"],
    ],
  );
});

test("years stand beside each other, the newest first", () => {
  const years = costYears(moneyOf({ days: manyDays("2024-12-01", 357) }));
  assert.deepEqual(years?.head, ["Month", "2025", "2024"]);
  const told = years?.rows.map(({ label, cells }) => [
    label,
    ...cells.map(({ value, note }) => `${value.text} ${note?.text ?? ""}`.trim()),
  ]);
  assert.deepEqual(told?.[0], ["Jan", "€93.00", ""]);
  assert.deepEqual(told?.[10], ["Nov", "€66.00 22 of 30 days", ""]);
  assert.deepEqual(told?.[11], ["Dec", "", "€93.00"]);
  assert.deepEqual(told?.[12], ["Year", "€978.00 326 of 365 days", "€93.00 31 of 366 days"]);
  assert.equal(costYears(moneyOf({ days: [] })), null);
});

for (const [wrong, fault] of /** @type {const} */ ([
  ["{", "incomplete"],
  ["null", "form"],
  ['{"tier":"money","days":[]}', "version"],
  [fileOf({ tier: "yearly" }), "form"],
  [fileOf({ version: 2 }), "version"],
  [fileOf({ rates: null }), "form"],
  [fileOf({ days: [{ date: "2025-02-30" }] }), "time"],
  [fileOf({ timezone: "Mars/Base" }), "zone"],
])) {
  test(`${wrong.slice(0, 30)}… is told as ${fault}`, () => {
    assert.throws(
      () => readMoney(wrong),
      (error) => error instanceof FileError && error.fault === fault,
    );
  });
}
