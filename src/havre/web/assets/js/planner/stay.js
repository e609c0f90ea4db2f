// @ts-check
/**
 * How long people stay, in months: the same as `Stay` of havre/forecast/reception.py.
 *
 * All follows from the mean time that is spent after a number of months (the integral of the survival function); at 0 it
 * is the mean stay. The residual stay is that of a renewal process (Cox DR (1962), Renewal Theory).
 */

import { upperGamma, upperGammaInverse } from "../audit/special.js";

/** @typedef {{ beyond: (months: number) => number }} Stay */

/**
 * Exponential stays: every month the same share leaves.
 *
 * @param {number} mean months, above 0
 * @returns {Stay}
 */
function exponentialStay(mean) {
  return { beyond: (months) => mean * Math.exp(-months / mean) };
}

/**
 * @param {number} mean mean stay in months, above 0
 * @param {number} shape shape of the gamma distribution; 1 is exponential, more is steadier
 * @returns {Stay}
 */
export function stayOfMean(mean, shape) {
  if (shape === 1) return exponentialStay(mean);
  const scale = mean / shape;
  return {
    beyond: (months) => {
      const at = months / scale;
      return Math.max(mean * upperGamma(shape + 1, at) - months * upperGamma(shape, at), 0);
    },
  };
}

/**
 * @param {number} median median stay in months, above 0
 * @param {number} shape as for `stayOfMean`
 * @returns {Stay}
 */
export function stayOfMedian(median, shape) {
  if (shape === 1) return exponentialStay(median / Math.LN2);
  return stayOfMean((median / upperGammaInverse(shape, 0.5)) * shape, shape);
}

/**
 * @param {[number, number][]} table stays in months with their probabilities
 * @returns {Stay}
 */
export function stayOfTable(table) {
  return { beyond: (months) => table.reduce((sum, [end, share]) => sum + Math.max(end - months, 0) * share, 0) };
}

/**
 * @param {Stay} stay
 * @param {number} months
 * @returns {number[]} share of a month's arrivals that is there at its end, and 1, 2, … months later
 */
export function present(stay, months) {
  return Array.from({ length: months }, (_, month) => stay.beyond(month) - stay.beyond(month + 1));
}

/**
 * @param {Stay} stay
 * @param {number} months
 * @returns {number[]} share of today's people who are still there after 1, 2, … months
 */
export function residual(stay, months) {
  const mean = stay.beyond(0);
  return Array.from({ length: months }, (_, month) => stay.beyond(month + 1) / mean);
}
