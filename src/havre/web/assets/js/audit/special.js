// @ts-check
/**
 * Special functions to double precision: logarithm of the gamma and beta functions, normal and gamma distributions.
 *
 * Sources: Abramowitz M, Stegun IA (1964), Handbook of mathematical functions, 6.1.40 and 6.5; Loader C (2000), Fast and
 * accurate computation of binomial probabilities.
 */

import { root } from "./solve.js";

const HALF_LOG_2PI = 0.9189385332046727418;
const LEAST_FOR_SERIES = 12;
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/**
 * What Stirling's formula (x − ½) log x − x + ½ log 2π leaves of log Γ(x).
 *
 * @param {number} x above 0
 * @returns {number}
 */
export function stirlingRest(x) {
  if (x < LEAST_FOR_SERIES) return logGamma(x) - ((x - 0.5) * Math.log(x) - x + HALF_LOG_2PI);
  const inverse = 1 / (x * x);
  return STIRLING.reduceRight((sum, factor) => sum * inverse + factor, 0) / x;
}

/**
 * @param {number} x above 0
 * @returns {number} log Γ(x)
 */
export function logGamma(x) {
  if (x >= LEAST_FOR_SERIES) return (x - 0.5) * Math.log(x) - x + HALF_LOG_2PI + stirlingRest(x);
  let [shifted, product] = [x, 1];
  while (shifted < LEAST_FOR_SERIES) product *= shifted++;
  return logGamma(shifted) - Math.log(product);
}

/**
 * @param {number} a above 0
 * @param {number} b above 0
 * @returns {number} log B(a, b), without the cancellation that three log Γ of huge numbers would have
 */
export function logBeta(a, b) {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (large < LEAST_FOR_SERIES) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const rest = stirlingRest(large) - stirlingRest(small + large);
  const fall = small - (small + large - 0.5) * Math.log1p(small / large);
  return logGamma(small) - small * Math.log(large) + fall + rest;
}

/**
 * Regularised upper incomplete gamma function: the chance that a gamma variable of shape `a` is above `x`.
 *
 * @param {number} a above 0
 * @param {number} x 0 or more
 * @returns {number}
 */
export function upperGamma(a, x) {
  if (x <= 0) return 1;
  return x < a + 1 ? 1 - gammaSeries(a, x) : Math.exp(logGammaFactor(a, x)) * gammaFraction(a, x);
}

/** @param {number} a @param {number} x @returns {number} log of x^a e^−x / Γ(a) */
export function logGammaFactor(a, x) {
  return a * Math.log(x) - x - logGamma(a);
}

/** @param {number} a @param {number} x @returns {number} the lower incomplete gamma function, for x below a + 1 */
function gammaSeries(a, x) {
  let [term, sum] = [1 / a, 1 / a];
  for (let k = 1; k < 10_000 && term > sum * 1e-17; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * Math.exp(logGammaFactor(a, x));
}

/** @param {number} a @param {number} x @returns {number} Legendre's continued fraction, for x from a + 1 on */
function gammaFraction(a, x) {
  let b = x + 1 - a;
  let [c, d] = [1e300, 1 / b];
  let found = d;
  for (let k = 1; k < 10_000; k++) {
    const factor = -k * (k - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    found *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return found;
}

/**
 * The value above which a gamma variable of shape `a` lies with a given chance.
 *
 * @param {number} a above 0
 * @param {number} chance above 0 and below 1
 * @returns {number}
 */
export function upperGammaInverse(a, chance) {
  const high = Math.log(a + 40 * Math.sqrt(a) + 800);
  const least = -700 / Math.min(a, 1);
  return Math.exp(root((log) => upperGamma(a, Math.exp(log)) - chance, Math.max(least, -700), high));
}

/**
 * The normal distribution function, exact in its own tail.
 *
 * @param {number} z
 * @returns {number}
 */
export function normalBelow(z) {
  const tail = upperGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? tail : 1 - tail;
}

/**
 * The score below which a normal variable lies with a given chance.
 *
 * @param {number} chance above 0 and below 1
 * @returns {number}
 */
export function normalScore(chance) {
  if (chance > 0.5) return -normalScore(1 - chance);
  const goal = Math.log(chance);
  return root((z) => Math.log(normalBelow(z)) - goal, -40, 0);
}
