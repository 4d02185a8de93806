/** Which series the page is about, by what it was told when it was rendered. */

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Series} Series */

/**
 * `main` is the subject of the page: the house's power, or the first series if there is none. `energy`
 * is the series whose amounts are the kWh of the house, `sunEnergy` the one for the sun: of a role its
 * counters, if it has any. `sun` and `battery` are the powers that the curve shows beside the house,
 * `exported` the one that it shows below zero. `groups` are the charts of all other series.
 *
 * @typedef {{ main: string | null, sun: string | null, battery: string | null, exported: string | null,
 *   energy: string | null, sunEnergy: string | null,
 *   groups: { title: string, unit: string, names: string[] }[] }} Roles
 */

/** @param {Doc} doc @returns {Roles} */
export function roles(doc) {
  const { series, draws, counts } = doc;
  const all = [...series].filter(([, about]) => !about.sum);
  /** @param {string | undefined} name @param {boolean} counter */
  const ofKind = (name, counter) =>
    name !== undefined && series.get(name)?.counter === counter ? name : null;

  const consumption = ofKind(draws.house, false);
  const meter = ofKind(counts.house, true);
  const sun = ofKind(draws.solar, false);
  const sunEnergy = counts.solar ?? sun;
  const measured = all.find(([, about]) => !about.counter)?.[0];
  const other = sun || meter ? undefined : measured;
  const main = consumption ?? other ?? meter ?? sun ?? all[0]?.[0] ?? null;
  const energy = counts.house ?? consumption;

  const isHouse = main !== null && main === consumption;
  const battery = isHouse ? ofKind(draws.battery, false) : null;
  // Alone it is what the house takes.
  const isGridAlone = draws.grid === main || !(sun || battery);
  const exported = isHouse && !isGridAlone ? ofKind(draws.export, false) : null;
  const found = { main, sun: sun === main ? null : sun, battery, exported, energy, sunEnergy };
  return { ...found, groups: groupsOf(doc, all, toldElsewhere(doc, found)) };
}

/**
 * @param {Doc} doc
 * @param {Omit<Roles, "groups">} found
 * @returns {Set<string | null>} the series whose values another part of the page tells
 */
function toldElsewhere({ series, home, devices }, { main, sun, battery, energy, sunEnergy }) {
  const shown = [main, sun, battery, energy, sunEnergy];
  const turned = shown.map((name) => (name && series.get(name)?.sum?.turned) ?? null);
  return new Set([...shown, ...turned, ...devices.map(({ name }) => name), home.level]);
}

/**
 * @param {Doc} doc
 * @param {[string, Series][]} all
 * @param {Set<string | null>} shown elsewhere
 * @returns {Roles["groups"]} the voltages together, and each other series, the power factors first
 */
function groupsOf({ home }, all, shown) {
  const left = all.filter(([name]) => !shown.has(name));
  const volts = left.flatMap(([name, about]) => (about.unit === "V" && !about.counter ? name : []));
  const together = volts.slice(0, 4);
  const others = left.filter(([name]) => !together.includes(name));
  const isFactor = (/** @type {[string, Series]} */ [name]) => home.factors.includes(name);
  const ordered = [...others.filter(isFactor), ...others.filter((one) => !isFactor(one))];
  return [
    ...(together.length ? [{ title: "voltage", unit: "V", names: together }] : []),
    ...ordered.map(([name, { unit }]) => ({ title: name, unit, names: [name] })),
  ];
}
