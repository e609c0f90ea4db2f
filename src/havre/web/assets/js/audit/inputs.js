// @ts-check
/**
 * Reads what a reader typed, as `havre.web.pages.audit_inputs`: numbers as in English or French, semicolons between.
 */

import { AuditError, checkNone, general, problem, refusal } from "./errors.js";
import { parseRate } from "./rates.js";
import { checkBaseRate } from "./screening.js";
import { QUANTITIES, canBe } from "./sensors.js";

/** @typedef {import("./errors.js").Problem} Problem */
/** @typedef {{low: number, high: number}} BaseRate */

const MOST_VALUES = 8;
const MOST_LETTERS = 200;
const MOST_CASES = 1e8;
const SMALLEST = 1e-6;
const LIKE_THOUSANDS = /^[1-9]\d{0,2}(,\d{3})+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** @param {string} text @returns {string} a number as programs write it: without spaces, with a decimal point */
export function plain(text) {
  const bare = text.replace(/[\s\u00a0\u202f']+/g, "");
  // eslint-disable-next-line no-control-regex
  if (!/^[\x00-\x7f]*$/.test(bare) || bare.split(/[/@%]|\.\./).some((part) => LIKE_THOUSANDS.test(part))) {
    throw refusal("number", { text: text.trim() });
  }
  return bare.replaceAll(",", ".");
}

/** @param {string} text @returns {number} */
export function parseNumber(text) {
  const bare = plain(text);
  if (!NUMBER.test(bare) || !(Math.abs(Number(bare)) < 1e300)) throw refusal("number", { text: text.trim() });
  return Number(bare);
}

/** @param {string} text @param {number} most @returns {number} a whole number from 0 to `most` */
export function parseCount(text, most) {
  const value = parseNumber(text);
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
    throw refusal("whole_number", { text: text.trim(), most });
  }
  return value;
}

/** @param {string} text @returns {import("./rates.js").Rate} */
export function parseTypedRate(text) {
  const rate = parseRate(plain(text));
  if (rate.trials !== null && rate.trials > MOST_CASES) throw refusal("number", { text: text.trim() });
  return rate;
}

/** @param {string} text @returns {number} */
export function parseShare(text) {
  return parseTypedRate(text).share;
}

/** @param {string} text @returns {[string, string]} both ends of a range, or the same value twice */
function endsOf(text) {
  const at = text.indexOf("..");
  const [low, high] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
  return [low, high || low];
}

/** @param {string} text @returns {BaseRate} */
export function parseBaseRate(text) {
  const [low, high] = endsOf(text).map(parseShare);
  [low, high].forEach(checkBaseRate);
  if (low > high) throw refusal("base_rate_order", { low: general(low), high: general(high) });
  return { low, high };
}

/** @param {string} name of a quantity of a sensor @param {string} text @returns {[number, number]} */
export function parseRange(name, text) {
  const most = QUANTITIES[/** @type {keyof typeof QUANTITIES} */ (name)];
  const [low, high] = endsOf(text).map(most === 1 ? parseShare : parseNumber);
  const isPlausible = [low, high].every((end) => end === 0 || (end >= SMALLEST && end <= 1 / SMALLEST));
  if (!(isPlausible && canBe(name, [low, high]))) {
    checkNone([{ ...problem("sensor.value"), fields: { place: name, value: text.trim() } }]);
  }
  return [low, high];
}

/** What was typed, and what is wrong with it, field by field. */
export class Fields {
  /** @param {Record<string, string>} texts */
  constructor(texts) {
    this.texts = texts;
    /** @type {Record<string, Problem[]>} */
    this.problems = {};
  }

  /** @returns {boolean} */
  get areWrong() {
    return Object.keys(this.problems).length > 0;
  }

  /** @param {string} name @returns {boolean} */
  isFilled(name) {
    return (this.texts[name] ?? "").trim() !== "";
  }

  /**
   * @template T
   * @param {string} name
   * @param {(text: string) => T} parse
   * @returns {T | null} null where the field is empty or wrong, which is noted
   */
  read(name, parse) {
    const text = (this.texts[name] ?? "").trim();
    if (text === "") return null;
    try {
      if (text.length > MOST_LETTERS) throw refusal("number", { text: `${text.slice(0, 20)}…` });
      return parse(text);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      this.problems[name] = error.problems;
      return null;
    }
  }

  /**
   * @template T
   * @param {string} name
   * @param {(text: string) => T} parse
   * @returns {T | null} as `read`; the field may not be empty
   */
  needed(name, parse) {
    if (!this.isFilled(name)) this.problems[name] = [problem("nothing")];
    return this.read(name, parse);
  }

  /**
   * @template T
   * @param {string} name
   * @param {(text: string) => T} parse
   * @param {number} [most]
   * @returns {T[]} values with semicolons between; at least one is needed
   */
  several(name, parse, most = MOST_VALUES) {
    const texts = partsOf(this.texts[name]);
    if (texts.length === 0) this.problems[name] = [problem("nothing")];
    if (texts.length > most) {
      this.problems[name] = [problem("too_many", { most })];
      return [];
    }
    return this.needed(name, () => texts.map(parse)) ?? [];
  }

  /** @param {string} name @param {unknown} error what a computation said of a field */
  refuse(name, error) {
    if (!(error instanceof AuditError)) throw error;
    this.problems[name] = error.problems;
  }
}

/** @param {string | undefined} text @returns {string[]} */
export function partsOf(text) {
  return (text ?? "").split(";").filter((part) => part.trim() !== "");
}
