// @ts-check
/**
 * Intervals for a proportion that was counted, as `havre.audit.intervals`: so many of so many.
 *
 * Sources: Clopper CJ, Pearson ES (1934), doi:10.1093/biomet/26.4.404; Wilson EB (1927), doi:10.1080/01621459.1927.10502953;
 * Brown LD, Cai TT, DasGupta A (2001), doi:10.1214/ss/1009213286.
 */

import { betaQuantile } from "./beta.js";
import { general, refusal } from "./errors.js";
import { normalScore } from "./special.js";

/** @typedef {{low: number, high: number, level: number}} Interval */
/** @typedef {(successes: number, trials: number, tail: number) => [number, number]} Bounds */

export const LEVEL = 0.95;

/** @type {Record<string, Bounds>} methods by name: from counts and the chance of each tail to both bounds */
const BY_NAME = {
  "clopper-pearson": (x, n, tail) => [
    x > 0 ? betaQuantile(x, n - x + 1, tail) : 0,
    x < n ? betaQuantile(x + 1, n - x, 1 - tail) : 1,
  ],
  wilson: (x, n, tail) => {
    const z = -normalScore(tail);
    const middle = (x + (z * z) / 2) / (n + z * z);
    const half = (z / (n + z * z)) * Math.sqrt((x * (n - x)) / n + (z * z) / 4);
    return [x > 0 ? Math.max(middle - half, 0) : 0, x < n ? Math.min(middle + half, 1) : 1];
  },
  jeffreys: (x, n, tail) => [
    x > 0 ? betaQuantile(x + 0.5, n - x + 0.5, tail) : 0,
    x < n ? betaQuantile(x + 0.5, n - x + 0.5, 1 - tail) : 1,
  ],
};

export const METHODS = Object.keys(BY_NAME);

/**
 * Give the interval of one proportion.
 *
 * @param {number} successes not always whole: a share with its sample size gives share × trials
 * @param {number} trials
 * @param {string} [method] one of METHODS
 * @param {number} [level]
 * @returns {Interval}
 * @throws {import("./errors.js").AuditError} unknown method, a level outside 0 to 1, no trials, counts that do not add up
 */
export function interval(successes, trials, method = "clopper-pearson", level = LEVEL) {
  const bounds = Object.hasOwn(BY_NAME, method) ? BY_NAME[method] : null;
  if (bounds === null) throw refusal("method", { method, near: METHODS.join(", ") });
  checkLevel(level);
  if (!(Number.isFinite(trials) && trials > 0)) throw refusal("no_trials");
  if (!(successes >= 0 && successes <= trials)) {
    throw refusal("counts", { successes: general(successes), trials: general(trials) });
  }
  const [low, high] = bounds(successes, trials, (1 - level) / 2);
  return { low, high, level };
}

/** @param {number} level a confidence level, refused outside 0 to 1 */
export function checkLevel(level) {
  if (!(level > 0 && level < 1)) throw refusal("level", { level: general(level) });
}
