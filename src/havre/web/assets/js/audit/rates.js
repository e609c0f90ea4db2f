// @ts-check
/**
 * A rate as it was published, as `havre.audit.rates`: counted, a share with its sample size, or a bare share.
 *
 * Source: Brown NJL, Heathers JAJ (2017), The GRIM test, doi:10.1177/1948550616673876.
 */

import { betaQuantile } from "./beta.js";
import { AuditError, notShares, problem, refusal } from "./errors.js";
import { LEVEL, interval } from "./intervals.js";

/** @typedef {[number, number]} Beta parameters of a Beta distribution */

/** Both parameters of the prior Beta distribution of a rate (Jeffreys). */
export const PRIOR = 0.5;

export class Rate {
  /**
   * @param {number} share from 0 to 1
   * @param {number | null} [trials] how many cases it rests on; null where that was not published
   * @param {number | null} [digits] decimals of the share as printed; null where it was counted
   */
  constructor(share, trials = null, digits = null) {
    const problems = notShares([share]);
    if (trials !== null && !(Number.isFinite(trials) && trials > 0)) problems.push(problem("no_trials"));
    if (problems.length > 0) throw new AuditError(problems);
    this.share = share;
    this.trials = trials;
    this.digits = digits;
  }

  /**
   * @param {number} successes
   * @param {number} trials
   * @returns {Rate}
   */
  static counted(successes, trials) {
    if (trials <= 0) throw refusal("no_trials");
    if (!(successes >= 0 && successes <= trials)) throw refusal("counts", { successes, trials });
    return new Rate(successes / trials, trials);
  }

  /** @returns {Rate} the share of cases in which it did not happen */
  get complement() {
    return new Rate(1 - this.share, this.trials, this.digits);
  }

  /** @returns {boolean | null} whether a whole number of cases gives this share at its digits; null if unknown */
  get isAttainable() {
    const { share, trials, digits } = this;
    if (trials === null || digits === null) return null;
    const half = 0.5 * 10 ** -digits;
    const nearest = Math.floor(share * trials + 0.5);
    return [nearest - 1, nearest, nearest + 1].some((k) => Math.abs(k / trials - share) <= half * (1 + 1e-9));
  }

  /**
   * @param {string} [method]
   * @param {number} [level]
   * @returns {import("./intervals.js").Interval | null} null where the sample size is unknown
   */
  interval(method = "clopper-pearson", level = LEVEL) {
    return this.trials === null ? null : interval(this.share * this.trials, this.trials, method, level);
  }

  /** @returns {Beta} parameters of the posterior under Jeffreys' prior */
  get posterior() {
    if (this.trials === null) throw refusal("unknown_trials");
    const x = this.share * this.trials;
    return [x + PRIOR, this.trials - x + PRIOR];
  }

  /** @param {number} chance @returns {number} quantile of the posterior */
  quantile(chance) {
    return betaQuantile(...this.posterior, chance);
  }
}

const WHOLE = /^\s*[+-]?\d+(_\d+)*\s*$/;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * Read a rate: `23/30`, `0.76`, `76%`, or a share with its sample size `0.76@30`, `76%@30`.
 *
 * @param {string} text
 * @returns {Rate}
 * @throws {AuditError} it is none of these, above 1, or has no cases
 */
export function parseRate(text) {
  const parts = text.split("/");
  if (parts.length === 2) {
    const [successes, trials] = parts.map((part) => whole(part, text));
    return Rate.counted(successes, trials);
  }
  const at = text.indexOf("@");
  const [share, basis] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  const { value, digits } = decimal(share, text);
  return new Rate(value, basis === "" ? null : whole(basis, text), digits);
}

/** @param {string} part @param {string} text @returns {number} */
function whole(part, text) {
  const value = WHOLE.test(part) ? Number(part.replaceAll("_", "")) : Number.NaN;
  if (!Number.isFinite(value)) throw refusal("not_a_rate", { text });
  return value;
}

/**
 * Shift the point by text, as decimal arithmetic does: 75.55 / 100 would not be the number nearest to 0.7555.
 *
 * @param {string} share
 * @param {string} text
 * @returns {{value: number, digits: number}}
 */
function decimal(share, text) {
  const trimmed = share.trim();
  const percent = trimmed.endsWith("%");
  const number = (percent ? trimmed.slice(0, -1) : trimmed).trim().replaceAll("_", "");
  const found = DECIMAL.exec(number);
  const [, sign, before, after = "", power = "0"] = found ?? [];
  if (!found || before + after === "") throw refusal("not_a_rate", { text });
  const exponent = Number(power) - after.length - (percent ? 2 : 0);
  return { value: Number(`${sign}${before}${after}e${exponent}`), digits: Math.max(-exponent, 0) };
}

