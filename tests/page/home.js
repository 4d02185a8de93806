/** Small files of made-up homes for the tests. */

/**
 * @param {object} about
 * @param {string} about.tier
 * @param {string} about.bucket
 * @param {string} about.timezone
 * @param {string} [about.date]
 * @param {string} about.until
 * @param {Record<string, { unit: string, state_class?: string, until?: string }>} about.series
 * @param {Record<string, Record<string, object>>} about.points by timestamp
 * @param {object} [about.latest]
 */
export function file({ tier, bucket, timezone, date, until, series, points, latest }) {
  return JSON.stringify({
    version: 1,
    tier,
    timezone,
    bucket,
    ...(date && { date, latest: latest ?? {} }),
    last_update: until,
    series: Object.fromEntries(
      Object.entries(series).map(([name, about]) => [
        name,
        { state_class: "measurement", until, ...about },
      ]),
    ),
    data_points: Object.entries(points).map(([timestamp, values]) => ({ timestamp, ...values })),
  });
}

/** @param {number} mean @param {number} hours @param {number} [coverage] */
export const power = (mean, hours, coverage = 1) => ({
  mean,
  min: mean - 10,
  max: mean + 10,
  kwh: (mean * hours * coverage) / 1000,
  coverage,
});

/** @param {number} mean @param {number} [coverage] */
export const measured = (mean, coverage = 1) => ({ mean, min: mean - 1, max: mean + 1, coverage });
