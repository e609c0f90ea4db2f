// @ts-check
/**
 * Many questions to one person, as `havre.audit.questions`: how likely an honest person collects so many flags.
 *
 * Source: Skellam JG (1948), doi:10.1111/j.2517-6161.1948.tb00014.x (beta-binomial distribution).
 */

import { checkNone, general, notShares, problem, refusal } from "./errors.js";
import { logGamma } from "./special.js";

/** What a sum of all chances may lack of 1 by rounding. */
const ROUNDED = 1e-12;

/**
 * @param {number} questions how many are asked
 * @param {number} rate chance of a flag at one question; for an honest person 1 − specificity
 * @param {number} [correlation] of any two answers of a person
 * @returns {number[]} the probability of 0, 1, … flags
 */
export function flagChances(questions, rate, correlation = 0) {
  const problems = questions >= 1 ? [] : [problem("no_trials")];
  problems.push(...notShares([rate]));
  if (!(correlation >= 0 && correlation <= 1)) problems.push(problem("correlation", { value: general(correlation) }));
  checkNone(problems);
  const counts = Array.from({ length: questions + 1 }, (_, count) => count);
  if (correlation === 1) {
    return counts.map((count) => (count === questions ? rate : 0) + (count === 0 ? 1 - rate : 0));
  }
  // Pólya's urn: each answer pulls the next ones along. Written as products, no correlation is too small for it.
  const [flagged, passed, all] = [rate, 1 - rate, 1].map((share) => urn(share, questions, correlation));
  return counts.map((count) => {
    const rest = questions - count;
    const ways = logGamma(questions + 1) - logGamma(count + 1) - logGamma(rest + 1);
    return Math.exp(ways + flagged[count] + passed[rest] - all[questions]);
  });
}

/** @param {number} share @param {number} draws @param {number} correlation @returns {number[]} sums of logarithms */
function urn(share, draws, correlation) {
  const sums = [0];
  for (let k = 0; k < draws; k++) sums.push(sums[k] + Math.log(share * (1 - correlation) + correlation * k));
  return sums;
}

/**
 * @param {number} least
 * @param {number} questions
 * @param {number} rate
 * @param {number} [correlation]
 * @returns {number} the probability of at least so many flags
 */
export function chanceOfFlags(least, questions, rate, correlation = 0) {
  if (!(least >= 0 && least <= questions)) throw refusal("counts", { successes: least, trials: questions });
  const chances = flagChances(questions, rate, correlation).slice(least);
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return total > 1 - ROUNDED ? 1 : total;
}
