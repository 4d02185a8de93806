/** The width of bars that begin at a common zero line, some of them below zero. */

/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./model.js").Tone} Tone */

/**
 * @param {(number | null)[]} values of all bars
 * @returns {{ zero: number, bar: (value: number | null, tone: Tone, partial?: boolean) => Bar }} `zero`
 *   is where the zero line is, as a share of the width
 */
export function scale(values) {
  const known = values.flatMap((value) => value ?? []);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const width = high - low || 1;
  const zero = -low / width;
  return {
    zero,
    bar: (value, tone, partial = false) => {
      const end = zero + (value ?? 0) / width;
      return { from: Math.min(zero, end), to: Math.max(zero, end), tone, partial };
    },
  };
}
