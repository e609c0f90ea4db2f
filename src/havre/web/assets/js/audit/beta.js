// @ts-check
/**
 * The Beta distribution: its distribution function and quantiles to double precision.
 *
 * Points are taken in log odds, log(x / (1 − x)), so that x and 1 − x are both exact. There, the logarithm of the
 * distribution function is concave: Newton's method, begun on the left, cannot miss.
 *
 * Sources: Loader C (2000), Fast and accurate computation of binomial probabilities (density); DLMF 8.17.22 (continued
 * fraction), https://dlmf.nist.gov/8.17.
 */

import { logBeta, stirlingRest } from "./special.js";

const LEAST_FOR_QUADRATURE = 3000;
const NEGLIGIBLE = -90;
const TWO_PI = 2 * Math.PI;

/** @param {number} logit @returns {number} x from its log odds */
export function shareOf(logit) {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * @param {number} a above 0
 * @param {number} b above 0
 * @param {number} x from 0 to 1
 * @returns {number} the chance that a Beta variable is at most x
 */
export function betaBelow(a, b, x) {
  return x <= 0 ? 0 : x >= 1 ? 1 : Math.exp(logBelow(a, b, x, 1 - x));
}

/**
 * @param {number} a above 0
 * @param {number} b above 0
 * @param {number} x from 0 to 1
 * @returns {number} the chance that a Beta variable is above x
 */
export function betaAbove(a, b, x) {
  return x <= 0 ? 1 : x >= 1 ? 0 : Math.exp(logBelow(b, a, 1 - x, x));
}

/**
 * @param {number} a above 0
 * @param {number} b above 0
 * @param {number} chance from 0 to 1
 * @returns {number} the value that a Beta variable is at most with this chance
 */
export function betaQuantile(a, b, chance) {
  return chance <= 0 ? 0 : chance >= 1 ? 1 : shareOf(betaLogit(a, b, chance));
}

/**
 * The same as log odds.
 *
 * @param {number} a
 * @param {number} b
 * @param {number} chance above 0 and below 1
 * @param {number} [start] log odds that are not above the result
 * @returns {number}
 */
export function betaLogit(a, b, chance, start) {
  if (chance > 0.5) return -betaLogit(b, a, 1 - chance);
  const goal = Math.log(chance);
  // The tangent far on the left, log F = a·u − log(a·B(a, b)), lies above everywhere: its root lies below ours.
  let logit = start ?? (goal + Math.log(a) + logBeta(a, b)) / a;
  for (let round = 0; round < 200; round++) {
    const [x, y] = [shareOf(logit), shareOf(-logit)];
    const below = logBelow(a, b, x, y);
    const step = (goal - below) / Math.exp(logDensity(a, b, x, y) - below);
    logit += step;
    if (Math.abs(step) < 1e-14 * (1 + Math.abs(logit))) break;
  }
  return logit;
}

/**
 * Log of the density over the log odds, x^a (1 − x)^b / B(a, b).
 *
 * @param {number} a @param {number} b @param {number} x @param {number} y 1 − x
 * @returns {number}
 */
function logDensity(a, b, x, y) {
  const n = a + b;
  const rest = stirlingRest(n) - stirlingRest(a) - stirlingRest(b);
  return Math.log((a / n) * (b / TWO_PI)) / 2 + rest - deviance(a, n * x) - deviance(b, n * y);
}

/** @param {number} x @param {number} mean @returns {number} x log(x / mean) + mean − x, also where both are close */
function deviance(x, mean) {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = difference / (x + mean);
  let [sum, term] = [difference * v, 2 * x * v];
  for (let k = 3; k < 60; k += 2) {
    term *= v * v;
    const next = sum + term / k;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** @param {number} a @param {number} b @param {number} x @param {number} y @returns {number} log of the chance below x */
function logBelow(a, b, x, y) {
  if (x * (a + b + 2) <= a + 1) return logTail(a, b, x, y);
  return Math.log1p(-Math.exp(logTail(b, a, y, x)));
}

/** @param {number} a @param {number} b @param {number} x not above the mean @param {number} y @returns {number} */
function logTail(a, b, x, y) {
  const density = logDensity(a, b, x, y);
  // So far out that no digit of a chance depends on it: a bound is enough.
  if (density < NEGLIGIBLE) return density - Math.log(a - (a + b) * x);
  if (Math.min(a, b) > LEAST_FOR_QUADRATURE) return density + Math.log(tailOverDensity(a, b, x, y, density));
  return density - Math.log(a) + Math.log(fraction(a, b, x));
}

/** @param {number} a @param {number} b @param {number} x @returns {number} the continued fraction, by Lentz's method */
function fraction(a, b, x) {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let found = d;
  for (let m = 1; m < 20_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    found *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    found *= c * d;
    if (Math.abs(c * d - 1) < 4e-16) break;
  }
  return found;
}

/** @type {[number, number][]} nodes and weights of Gauss and Legendre on −1 to 1 */
const NODES = legendre(20);
const PANELS = 6;

/**
 * The chance below x over the density there, by Gauss's rule: for counts so large that the fraction would be slow.
 *
 * @param {number} a @param {number} b @param {number} x @param {number} y @param {number} density its logarithm
 * @returns {number}
 */
function tailOverDensity(a, b, x, y, density) {
  const spread = Math.sqrt((a + b) / a / b);
  const slope = Math.max(a - (a + b) * x, 0);
  const width = Math.min(10 * spread, 45 / slope);
  const half = width / PANELS / 2;
  let sum = 0;
  for (let panel = 0; panel < PANELS; panel++) {
    for (const [node, weight] of NODES) {
      const odds = (x / y) * Math.exp(-half * (2 * panel + 1 + node));
      sum += weight * Math.exp(logDensity(a, b, odds / (1 + odds), 1 / (1 + odds)) - density);
    }
  }
  return sum * half;
}

/** @param {number} count @returns {[number, number][]} */
function legendre(count) {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 8; round++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= count; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (count * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return [x, 2 / ((1 - x * x) * slope * slope)];
  });
}
