// @ts-check
/**
 * Checks one after another, as `havre.audit.chain`: if they are independent, and whatever their dependence.
 *
 * Source: Fréchet M (1935), doi:10.4064/fm-25-1-379-387.
 */

import { checkNone, notShares, refusal } from "./errors.js";

/**
 * @param {number[]} rates chance of a flag at each check
 * @param {"any" | "all"} rule one flag is enough, or only who is flagged by every check
 * @returns {{independent: number, lowest: number, highest: number}}
 */
export function chain(rates, rule) {
  if (rates.length === 0) throw refusal("no_checks");
  checkNone(notShares(rates));
  const sum = rates.reduce((total, rate) => total + rate, 0);
  if (rule === "any") {
    const missed = rates.reduce((product, rate) => product * (1 - rate), 1);
    return { independent: at15(1 - missed), lowest: Math.max(...rates), highest: Math.min(1, at15(sum)) };
  }
  const independent = rates.reduce((product, rate) => product * rate, 1);
  return { independent, lowest: Math.max(0, at15(sum - rates.length + 1)), highest: Math.min(...rates) };
}

/** @param {number} value @returns {number} rounded to 15 decimals: what sums of decimal shares leave over is nothing */
function at15(value) {
  return Number(value.toFixed(15));
}
