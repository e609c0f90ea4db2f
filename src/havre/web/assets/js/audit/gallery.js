// @ts-check
/**
 * One person's template searched against millions, as `havre.audit.gallery`.
 *
 * FPIR(N) = 1 − (1 − FMR)^N if people were alike; with look-alikes, people's own rates are drawn from a Beta distribution
 * whose coefficient of variation is `variation`.
 *
 * Sources: ISO/IEC 19795-1:2021; Grother P, Ngan M, Hanaoka K (2019), doi:10.6028/NIST.IR.8271.
 */

import { checkNone, general, notShares, problem } from "./errors.js";
import { LEVEL, interval } from "./intervals.js";
import { root } from "./solve.js";
import { logBeta, logGammaFactor, upperGammaInverse } from "./special.js";

const SMALLEST_FOR_STIRLING = 50;

/**
 * @param {number} fmr mean false-match rate of one comparison
 * @param {number} gallery templates that are searched
 * @param {number} [variation] 0: all people alike
 * @returns {number} the chance that a search for somebody who is not enrolled gives a false hit
 */
export function fpir(fmr, gallery, variation = 0) {
  check(fmr, gallery, variation);
  const none = variation === 0 ? gallery * Math.log1p(-fmr) : logNone(fmr, gallery, variation);
  return Math.abs(Math.expm1(none));
}

/**
 * @param {number} target promised FPIR
 * @param {number} gallery
 * @param {number} [variation]
 * @returns {number} the false-match rate that it needs
 */
export function requiredFmr(target, gallery, variation = 0) {
  check(target, gallery, variation);
  if (variation === 0) return Math.abs(Math.expm1(Math.log1p(-target) / gallery));
  if (target === 0 || target === 1) return target;
  const low = Math.log(target / gallery) - 1e-9;
  return Math.exp(root((log) => -Math.expm1(logNone(Math.exp(log), gallery, variation)) - target, low, -1e-15, 1e-13));
}

/**
 * @param {number} known FPIR at the tested gallery
 * @param {number} tested
 * @param {number} gallery
 * @param {number} [variation]
 * @returns {number} the FPIR at another gallery, at the same threshold; beyond the tested one an extrapolation
 */
export function fpirElsewhere(known, tested, gallery, variation = 0) {
  return fpir(requiredFmr(known, tested, variation), gallery, variation);
}

/**
 * @param {number} hits counted
 * @param {number} searches
 * @param {number} tested
 * @param {number} gallery
 * @param {number} [variation]
 * @param {number} [level]
 * @returns {import("./intervals.js").Interval} exact interval of the FPIR at another gallery; holds the chance of the count
 */
export function fpirInterval(hits, searches, tested, gallery, variation = 0, level = LEVEL) {
  const found = interval(hits, searches, "clopper-pearson", level);
  const [low, high] = [found.low, found.high].map((bound) => fpirElsewhere(bound, tested, gallery, variation));
  return { low, high, level };
}

/**
 * @param {number} top share of people with the most look-alikes
 * @param {number} variation
 * @returns {number} the share of false matches that falls on them
 */
export function shareOfHits(top, variation) {
  checkNone(notShares([top]));
  if (variation === 0 || top === 0 || top === 1) return top;
  const shape = variation ** -2;
  // Rates are tiny, so that the Beta distribution is a gamma distribution to all digits that matter.
  const limit = upperGammaInverse(shape, top);
  return top + Math.exp(logGammaFactor(shape, limit)) / shape;
}

/**
 * What a year of searches brings, as expected numbers.
 *
 * @param {number} searches how many a year
 * @param {number} mated share of them for people who are enrolled
 * @param {number} falsePositive FPIR
 * @param {number | null} fnir share of mated searches that find nothing; null where it is not known
 * @returns {{falseHits: number, missed: number | null, hitsThatAreFalse: number | null}}
 */
export function yearOfSearches(searches, mated, falsePositive, fnir = null) {
  const problems = notShares([mated, falsePositive, ...(fnir === null ? [] : [fnir])]);
  if (!(Number.isFinite(searches) && searches > 0)) problems.push(problem("no_trials"));
  checkNone(problems);
  const falseHits = searches * (1 - mated) * falsePositive;
  if (fnir === null) return { falseHits, missed: null, hitsThatAreFalse: null };
  const hits = falseHits + searches * mated * (1 - fnir);
  return { falseHits, missed: searches * mated * fnir, hitsThatAreFalse: hits > 0 ? falseHits / hits : null };
}

/**
 * log E[(1 − q)^N] for q of a Beta distribution: log B(a, b + N) − log B(a, b).
 *
 * @param {number} rate
 * @param {number} n
 * @param {number} variation
 * @returns {number}
 */
function logNone(rate, n, variation) {
  if (rate === 0) return 0;
  const a = variation ** -2;
  const b = (a * (1 - rate)) / rate;
  if (!(b > SMALLEST_FOR_STIRLING)) return b === 0 ? -Infinity : logBeta(a, b + n) - logBeta(a, b);
  // log Γ of huge numbers would cancel; Stirling's series, with what cancels taken together, does not.
  const fall = (a * n) / (b * (b + n));
  const large = a * meanLogFall(a / b, a / (b + n), fall) - Math.log1p(fall / (1 + a / (b + n))) / 2;
  return -a * Math.log1p(n / (a + b)) + large + rest(a + b) - rest(b) - rest(a + b + n) + rest(b + n);
}

/** @param {number} one @param {number} other @param {number} fall y − y' @returns {number} log(1 + y)/y at one less other */
function meanLogFall(one, other, fall) {
  if (one >= 0.01) return Math.log1p(one) / one - Math.log1p(other) / other;
  let [powers, total] = [1, 0];
  for (let k = 1; k < 9; k++) {
    total += ((-1) ** k / (k + 1)) * powers;
    powers = powers * one + other ** k;
  }
  return total * fall;
}

/** @param {number} x @returns {number} */
function rest(x) {
  return 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
}

/** @param {number} rate @param {number} size @param {number} variation */
function check(rate, size, variation) {
  const problems = notShares([rate]);
  if (!(size >= 1 && size < Infinity)) problems.push(problem("gallery", { value: general(size) }));
  if (!(variation >= 0 && variation < Infinity)) problems.push(problem("variation", { value: general(variation) }));
  checkNone(problems);
}
