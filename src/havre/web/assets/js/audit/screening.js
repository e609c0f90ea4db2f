// @ts-check
/**
 * What a yes-or-no check does to many people, as `havre.audit.screening` and `havre.audit.assessment`.
 *
 * Source: Altman DG, Bland JM (1994), Diagnostic tests 2: predictive values, doi:10.1136/bmj.309.6947.102.
 */

import { general, refusal } from "./errors.js";
import { LEVEL } from "./intervals.js";
import { quantile, ratioAtLeast, sumAtMost } from "./posterior.js";

/** @typedef {import("./rates.js").Rate} Rate */
/** @typedef {import("./intervals.js").Interval} Interval */

export class Screening {
  /** @param {Rate} sensitivity @param {Rate} specificity */
  constructor(sensitivity, specificity) {
    this.sensitivity = sensitivity;
    this.specificity = specificity;
  }

  /** @returns {boolean} whether both rates say on how many cases they rest */
  get isUncertain() {
    return this.sensitivity.trials !== null && this.specificity.trials !== null;
  }

  /** @returns {number} sensitivity + specificity − 1: 0 is a coin */
  get youden() {
    return this.sensitivity.share + this.specificity.share - 1;
  }

  /** @returns {number | null} probability that people with the trait are flagged more often than people without it */
  get chanceBetterThanCoin() {
    return this.isUncertain ? 1 - this.flagsRatio(1) : null;
  }

  /** @param {number} baseRate @returns {number} share of all people who are flagged */
  flagged(baseRate) {
    checkBaseRate(baseRate);
    return baseRate * this.sensitivity.share + this.flaggedWrongly(baseRate);
  }

  /** @param {number} baseRate @returns {number} share of all people who are flagged and do not have the trait */
  flaggedWrongly(baseRate) {
    checkBaseRate(baseRate);
    return (1 - baseRate) * this.specificity.complement.share;
  }

  /** @param {number} baseRate @returns {number | null} share of the flagged who have the trait; null: nobody is flagged */
  ppv(baseRate) {
    const flagged = this.flagged(baseRate);
    return flagged > 0 ? (baseRate * this.sensitivity.share) / flagged : null;
  }

  /** @param {number} baseRate @returns {number | null} share of the passed without the trait; null: nobody is passed */
  npv(baseRate) {
    const passed = 1 - this.flagged(baseRate);
    return passed > 0 ? ((1 - baseRate) * this.specificity.share) / passed : null;
  }

  /** @param {number} [worth] @returns {number | null} base rate from which on so many of the flagged have the trait */
  breakEven(worth = 0.5) {
    checkBaseRate(worth);
    const wrong = worth * this.specificity.complement.share;
    const right = (1 - worth) * this.sensitivity.share;
    return right > 0 ? wrong / (wrong + right) : null;
  }

  /** @param {number} baseRate @param {number} [level] @returns {Interval | null} posterior interval of the PPV */
  ppvInterval(baseRate, level = LEVEL) {
    const odds = oddsOf(baseRate);
    return this.#interval((x) => this.flagsRatio((odds * (1 - x)) / x), level);
  }

  /** @param {number} baseRate @param {number} [level] @returns {Interval | null} posterior interval of the NPV */
  npvInterval(baseRate, level = LEVEL) {
    const odds = 1 / oddsOf(baseRate);
    if (!this.isUncertain) return null;
    const [missed, passed] = [this.sensitivity.complement.posterior, this.specificity.posterior];
    return this.#interval((x) => ratioAtLeast(missed, passed, (odds * (1 - x)) / x), level);
  }

  /** @param {number} [worth] @param {number} [level] @returns {Interval | null} posterior interval of the break-even */
  breakEvenInterval(worth = 0.5, level = LEVEL) {
    const odds = (1 - worth) / worth;
    return this.#interval((x) => 1 - this.flagsRatio((odds * x) / (1 - x)), level);
  }

  /** @param {number} baseRate @param {number} [level] @returns {Interval | null} posterior interval of all flags */
  flaggedInterval(baseRate, level = LEVEL) {
    oddsOf(baseRate);
    if (!this.isUncertain) return null;
    const [right, wrong] = [this.sensitivity.posterior, this.specificity.complement.posterior];
    return this.#interval((x) => sumAtMost(right, wrong, [baseRate, 1 - baseRate], x), level);
  }

  /** @param {number} baseRate @param {number} [level] @returns {Interval | null} posterior interval of wrong flags */
  flaggedWronglyInterval(baseRate, level = LEVEL) {
    checkBaseRate(baseRate);
    if (this.specificity.trials === null) return null;
    const wrong = this.specificity.complement;
    const [low, high] = [(1 - level) / 2, (1 + level) / 2].map((at) => (1 - baseRate) * wrong.quantile(at));
    return { low, high, level };
  }

  /** @param {number} bound @returns {number} probability that false flags are at least so many times as frequent */
  flagsRatio(bound) {
    return ratioAtLeast(this.specificity.complement.posterior, this.sensitivity.posterior, bound);
  }

  /** @param {(x: number) => number} atMost @param {number} level @returns {Interval | null} */
  #interval(atMost, level) {
    if (!this.isUncertain) return null;
    const [low, high] = [(1 - level) / 2, (1 + level) / 2].map((at) => quantile(atMost, at));
    return { low, high, level };
  }
}

/**
 * What is to be known about a check before its figures are read: keys of the texts, as `havre.audit.assessment.findings`.
 *
 * @param {Screening} check
 * @returns {string[]}
 */
export function findings(check) {
  const found = [];
  if (!check.isUncertain) found.push("no_sample");
  if ([check.sensitivity, check.specificity].some((rate) => rate.isAttainable === false)) found.push("not_people");
  if ([check.sensitivity, check.specificity].some((rate) => rate.trials !== null && (rate.share === 0 || rate.share === 1))) {
    found.push("at_the_end");
  }
  const better = check.chanceBetterThanCoin;
  if (check.youden <= 0) found.push("below_chance");
  else if (better !== null && better < LEVEL) found.push("not_above_chance");
  return found;
}

/**
 * @param {Screening} one
 * @param {Screening} other
 * @param {number} level
 * @returns {boolean} whether a rate of one lies outside the interval of the other; bare rates have none
 */
export function contradict(one, other, level) {
  /** @type {[Rate, Rate][]} */
  const pairs = [[one.sensitivity, other.sensitivity], [one.specificity, other.specificity]];
  return pairs.some(([a, b]) => outside(a, b, level) || outside(b, a, level));
}

/**
 * @param {Screening} one
 * @param {Screening} other
 * @returns {boolean} whether they state different rates where neither has a sample that could tell of chance
 */
export function disagree(one, other) {
  return isOther(one.sensitivity, other.sensitivity) || isOther(one.specificity, other.specificity);
}

/** @param {Rate} one @param {Rate} other @returns {boolean} */
function isOther(one, other) {
  const halves = [one, other].reduce((sum, { digits }) => (digits === null ? sum : sum + 0.5 * 10 ** -digits), 0);
  const bare = one.trials === null && other.trials === null;
  return bare && Math.abs(one.share - other.share) > halves * (1 + 1e-9);
}

/** @param {Rate} rate @param {Rate} of @param {number} level @returns {boolean} */
function outside(rate, of, level) {
  const found = of.interval("clopper-pearson", level);
  return found !== null && !(rate.share >= found.low && rate.share <= found.high);
}

/** @param {number} baseRate refused at 0, at 1 and beyond */
export function checkBaseRate(baseRate) {
  if (!(baseRate > 0 && baseRate < 1)) throw refusal("base_rate", { value: general(baseRate) });
}

/** @param {number} baseRate @returns {number} */
function oddsOf(baseRate) {
  checkBaseRate(baseRate);
  return baseRate / (1 - baseRate);
}
