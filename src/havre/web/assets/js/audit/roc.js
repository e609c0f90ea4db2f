// @ts-check
/**
 * Published points of a receiver operating characteristic, as `havre.audit.roc`: what another threshold would do.
 *
 * Source: Provost F, Fawcett T (2001), doi:10.1023/A:1007601015854.
 */

import { checkNone, general, notShares, problem, refusal } from "./errors.js";
import { Rate } from "./rates.js";
import { Screening } from "./screening.js";

/** @typedef {{threshold: number, sensitivity: number, specificity: number}} RocPoint */
/** @typedef {{flagged: number, wrongly: number, missed: number, ppv: number | null}} Consequence */

/** @param {RocPoint[]} points refused where no system can have them */
export function checkPoints(points) {
  if (points.length === 0) throw refusal("no_points");
  const problems = notShares(points.flatMap((point) => [point.sensitivity, point.specificity]));
  const ordered = bySensitivity(points);
  ordered.slice(1).forEach((other, at) => {
    const one = ordered[at];
    if (one.threshold === other.threshold || other.specificity > one.specificity + 1e-12) {
      problems.push(problem("roc_order", { one: general(one.threshold), other: general(other.threshold) }));
    }
  });
  checkNone(problems);
}

/**
 * @param {RocPoint[]} points
 * @returns {{low: number, high: number, trapezoid: number}} areas under the lowest, the highest and the straight curve
 */
export function areas(points) {
  checkPoints(points);
  const ordered = bySensitivity(points);
  const wrong = [0, ...ordered.map((point) => 1 - point.specificity), 1];
  const right = [0, ...ordered.map((point) => point.sensitivity), 1];
  const found = { low: 0, high: 0, trapezoid: 0 };
  for (let at = 1; at < wrong.length; at++) {
    const width = wrong[at] - wrong[at - 1];
    found.low += width * right[at - 1];
    found.high += width * right[at];
    found.trapezoid += (width * (right[at] + right[at - 1])) / 2;
  }
  return found;
}

/** @param {RocPoint[]} points @returns {RocPoint[]} points at or below the line of chance */
export function uselessPoints(points) {
  checkPoints(points);
  return points.filter((point) => point.sensitivity + point.specificity <= 1);
}

/** @param {RocPoint} point @param {number} baseRate @returns {Consequence} shares of all people, and the PPV */
export function consequences(point, baseRate) {
  const check = new Screening(new Rate(point.sensitivity), new Rate(point.specificity));
  const wrongly = check.flaggedWrongly(baseRate);
  const missed = baseRate * (1 - point.sensitivity);
  return { flagged: check.flagged(baseRate), wrongly, missed, ppv: check.ppv(baseRate) };
}

/**
 * Choose among published thresholds, nobody and everybody what costs least, in wrong flags for each person.
 *
 * @param {RocPoint[]} points
 * @param {number} baseRate
 * @param {number} weight how many people flagged wrongly weigh as much as one who is missed
 * @returns {{best: RocPoint | "nobody" | "everybody", cost: number}}
 */
export function choose(points, baseRate, weight) {
  checkPoints(points);
  if (!(weight > 0 && Number.isFinite(weight))) throw refusal("weight", { value: general(weight) });
  /** @type {{best: RocPoint | "nobody" | "everybody", cost: number}[]} */
  const costs = [{ best: "nobody", cost: weight * baseRate }, { best: "everybody", cost: 1 - baseRate }];
  for (const best of points) {
    const { wrongly, missed } = consequences(best, baseRate);
    costs.push({ best, cost: wrongly + weight * missed });
  }
  return costs.reduce((least, one) => (one.cost < least.cost ? one : least));
}

/** @param {RocPoint[]} points @returns {RocPoint[]} */
function bySensitivity(points) {
  return [...points].sort((a, b) => a.sensitivity - b.sensitivity || b.specificity - a.specificity);
}
