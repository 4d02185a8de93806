/** Which series the page is about, by what it was told when it was rendered. */

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Series} Series */

/**
 * `main` is the subject of the page: the house's power, or the first series if there is none. `energy`
 * is the series whose amounts are the kWh of the house, `sunEnergy` the one for the sun. `beside` are
 * the powers that the main chart shows, too: the sun, the grid and the battery. `groups` are the
 * charts of all other series.
 *
 * @typedef {{ main: string | null, beside: string[], sun: string | null, energy: string | null, sunEnergy: string | null,
 *   groups: { title: string, unit: string, names: string[] }[] }} Roles
 */

/** @param {Doc} doc @returns {Roles} */
export function roles({ series, draws, counts, home }) {
  const all = [...series].filter(([, about]) => !about.sum);
  /** @param {string | undefined} name @param {boolean} counter */
  const ofKind = (name, counter) =>
    name !== undefined && series.get(name)?.counter === counter ? name : null;

  const consumption = ofKind(draws.house, false);
  const meter = ofKind(counts.house, true);
  const sun = ofKind(draws.solar, false);
  const sunEnergy = sun ?? ofKind(counts.solar, true);
  const measured = all.find(([, about]) => !about.counter)?.[0];
  const other = sun || meter ? undefined : measured;
  const main = consumption ?? other ?? meter ?? sun ?? all[0]?.[0] ?? null;
  const energy = consumption ?? meter;

  const battery = ofKind(draws.battery, false);
  // Alone it is what the house takes.
  const grid = sun || battery ? ofKind(draws.grid, false) : null;
  const beside =
    main !== null && main === consumption
      ? [sun, grid, battery].flatMap((name) => (name === null || name === main ? [] : name))
      : [];
  const turned = beside.map((name) => series.get(name)?.sum?.turned ?? null);
  return {
    main,
    beside,
    sun: sun === main ? null : sun,
    energy,
    sunEnergy,
    groups: groupsOf(all, new Set([main, ...beside, ...turned]), home.factors),
  };
}

/**
 * @param {[string, Series][]} all
 * @param {Set<string | null>} shown elsewhere
 * @param {string[]} factors
 * @returns {Roles["groups"]} the voltages together, and each other series, the power factors first
 */
function groupsOf(all, shown, factors) {
  const left = all.filter(([name]) => !shown.has(name));
  const volts = left.flatMap(([name, about]) => (about.unit === "V" && !about.counter ? name : []));
  const together = volts.slice(0, 4);
  const others = left.filter(([name]) => !together.includes(name));
  const isFactor = (/** @type {[string, Series]} */ [name]) => factors.includes(name);
  const ordered = [...others.filter(isFactor), ...others.filter((one) => !isFactor(one))];
  return [
    ...(together.length ? [{ title: "voltage", unit: "V", names: together }] : []),
    ...ordered.map(([name, { unit }]) => ({ title: name, unit, names: [name] })),
  ];
}
