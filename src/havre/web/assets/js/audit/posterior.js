// @ts-check
/**
 * Exact distributions of what is computed from two independent rates, as `havre.audit.posterior`, node for node.
 *
 * One integral is left, over the second rate; over its normal score the trapezoid rule gives all digits.
 */

import { betaAbove, betaBelow, betaLogit, shareOf } from "./beta.js";
import { root } from "./solve.js";
import { normalBelow } from "./special.js";

/** @typedef {import("./rates.js").Beta} Beta */

const COUNT = 545;
const END = 8.5;
const SCORES = Array.from({ length: COUNT }, (_, i) => -END + (2 * END * i) / (COUNT - 1));
const BELL = SCORES.map((z) => Math.exp(-(z * z) / 2));
const TOTAL = BELL.reduce((sum, value) => sum + value, 0);
const WEIGHTS = BELL.map((value) => value / TOTAL);
/** Chances below the scores that are not above 0; the others mirror them. */
const TAILS = SCORES.slice(0, (COUNT + 1) / 2).map(normalBelow);

/** @type {Map<string, number[]>} nodes of distributions that were asked for before, the newest last */
const known = new Map();
const KEPT = 32;

/**
 * @param {Beta} beta
 * @returns {number[]} the points of a Beta distribution at which the integral is taken, each exact in its own tail
 */
export function nodes(beta) {
  const key = beta.join(" ");
  const before = known.get(key);
  if (before) return before;
  const [a, b] = beta;
  const low = tailLogits(a, b).map(shareOf);
  const high = tailLogits(b, a).map((logit) => shareOf(-logit));
  // The score 0 stands in both halves.
  const found = [...low.slice(0, -1), ...high.reverse()];
  if (known.size >= KEPT) known.delete(/** @type {string} */ (known.keys().next().value));
  known.set(key, found);
  return found;
}

/** @param {number} a @param {number} b @returns {number[]} quantiles as log odds, each begun from the one before */
function tailLogits(a, b) {
  /** @type {number[]} */
  const found = [];
  for (const chance of TAILS) found.push(betaLogit(a, b, Math.min(chance, 0.5), found.at(-1)));
  return found;
}

/**
 * @param {Beta} over
 * @param {Beta} under
 * @param {number} bound
 * @returns {number} the probability that a rate is at least `bound` times another
 */
export function ratioAtLeast([a, b], under, bound) {
  return nodes(under).reduce((sum, x, i) => sum + WEIGHTS[i] * betaAbove(a, b, bound * x), 0);
}

/**
 * @param {Beta} first
 * @param {Beta} second
 * @param {[number, number]} weights both above 0
 * @param {number} bound
 * @returns {number} the probability that a weighted sum of two rates is at most `bound`
 */
export function sumAtMost(first, [a, b], weights, bound) {
  return nodes(first).reduce(
    (sum, x, i) => sum + WEIGHTS[i] * betaBelow(a, b, (bound - weights[0] * x) / weights[1]),
    0,
  );
}

/** Bounds of a share that is never exactly 0 or 1. */
const BEYOND = 1e-12;

/**
 * Invert a distribution function between BEYOND and 1 − BEYOND; outside, give the nearer one.
 *
 * @param {(x: number) => number} atMost
 * @param {number} chance
 * @returns {number}
 */
export function quantile(atMost, chance) {
  const [low, high] = [BEYOND, 1 - BEYOND];
  if (atMost(low) >= chance) return low;
  if (atMost(high) <= chance) return high;
  const end = Math.log(high / low);
  return shareOf(root((logit) => atMost(shareOf(logit)) - chance, -end, end, 1e-13));
}
