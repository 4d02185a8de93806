/** Guesses from names and units which series are the home's consumption, its sun and its meter. */

/** @typedef {import("./data.js").Series} Series */

/**
 * `main` is the subject of the page: the consumption, or the first series if there is none. `energy` is
 * the series whose amounts are the kWh of the home, `sunEnergy` the one for the sun. `beside` is the
 * power of the sun if the main chart shows it too. `groups` are the charts of all other series.
 *
 * @typedef {{ main: string | null, beside: string | null, sun: string | null, energy: string | null, sunEnergy: string | null,
 *   groups: { title: string, unit: string, names: string[] }[] }} Roles
 */

/** @param {string} name */
export const isSun = (name) => /solar|photovoltaic|(^|[^a-z])pv([^a-z]|$)/i.test(name);

/** @param {Map<string, Series>} series @returns {Roles} */
export function roles(series) {
  const all = [...series];
  /** @param {(name: string, about: Series) => boolean} is */
  const first = (is) => all.find(([name, about]) => is(name, about))?.[0] ?? null;
  /** @param {Series} about */
  const isPower = (about) => about.unit === "W" && !about.counter;
  /** @param {Series} about */
  const isMeter = (about) => about.unit === "kWh" && about.counter;

  const consumption =
    first((name, about) => name === "power" && isPower(about)) ??
    first((name, about) => isPower(about) && !isSun(name));
  const sun = first((name, about) => isPower(about) && isSun(name));
  const meter =
    first((name, about) => name === "energy" && isMeter(about)) ??
    first((name, about) => isMeter(about) && !isSun(name));
  const main =
    consumption ??
    (sun || meter ? null : first((_, about) => !about.counter)) ??
    meter ??
    sun ??
    first(() => true);
  const energy = consumption ?? meter;
  const sunEnergy = sun ?? first((name, about) => isMeter(about) && isSun(name));

  const beside = main !== null && main === consumption ? sun : null;
  const shown = new Set([main, beside]);
  /** @type {Roles["groups"]} */
  const groups = [];
  const volts = all.filter(
    ([name, about]) => about.unit === "V" && !about.counter && !shown.has(name),
  );
  if (volts.length)
    groups.push({ title: "voltage", unit: "V", names: volts.map(([name]) => name).slice(0, 4) });
  for (const name of groups.flatMap((group) => group.names)) shown.add(name);
  const factors = all.filter(([name]) => /power.?factor|cos.?phi/i.test(name));
  for (const [name, about] of [...factors, ...all]) {
    if (shown.has(name)) continue;
    shown.add(name);
    groups.push({ title: name, unit: about.unit, names: [name] });
  }
  return { main, beside, sun: sun === main ? null : sun, energy, sunEnergy, groups };
}

/**
 * The meters of a home: series are of one device if their names are alike without the quantity.
 *
 * @param {string[]} names
 * @returns {string[][]} those of at least two series
 */
export function meters(names) {
  /** @type {Map<string, string[]>} */
  const meters = new Map();
  for (const name of names) {
    const key = name
      .toLowerCase()
      .replace(
        /power.?factor|apparent.?power|reactive.?power|power|voltage|current|energy|frequency|cos.?phi|consumption/g,
        "",
      )
      .replace(/[^a-z0-9]+/g, "");
    meters.set(key, [...(meters.get(key) ?? []), name]);
  }
  return [...meters.values()].filter((meter) => meter.length > 1);
}
