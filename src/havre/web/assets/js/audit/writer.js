// @ts-check
/**
 * Words and numbers of an answer, as `havre.web.pages.audit_blocks`; the words come from the page.
 */

import * as numbers from "./numbers.js";

/** @typedef {import("./intervals.js").Interval} Interval */
/** @typedef {{text: string, kind: "line" | "finding" | "note" | "heading"}} Line */
/** @typedef {{text: string, range: string}} Cell */
/** @typedef {{caption: string, columns: string[], rows: Cell[][], kind: "table"}} Table */
/** @typedef {{count: number, text: string, kind: "icons"}} Icons */
/** @typedef {Line | Table | Icons} Block */
/** @typedef {{blocks: Block[], problems: Record<string, import("./errors.js").Problem[]>}} Answer */

export const { DASH } = numbers;
export const PEOPLE = 1000;
export const MILLION = 1_000_000;
const SMALL = 1e-3;
const PLAIN_DIGITS = 6;

/** @param {string} text @param {string} [range] @returns {Cell} */
export const cell = (text, range = "") => ({ text, range });

/** @param {string} text @param {Line["kind"]} [kind] @returns {Line} */
export const line = (text, kind = "line") => ({ text, kind });

/** @param {string} caption @param {string[]} columns @param {Cell[][]} rows @returns {Table} */
export const table = (caption, columns, rows) => ({ caption, columns, rows, kind: "table" });

/** @param {import("./inputs.js").Fields} fields @returns {Answer} */
export const refused = (fields) => ({ blocks: [], problems: fields.problems });

/** @param {...Block} blocks @returns {Answer} */
export const answer = (...blocks) => ({ blocks, problems: {} });

/** @param {string} low @param {string} high @returns {string} two values, or one where they are the same */
export const ends = (low, high) => (low === high ? low : `${low} ${DASH} ${high}`);

export class Writer {
  /** @param {numbers.Language} language @param {Record<string, string>} words sentences by key, fields in braces */
  constructor(language, words) {
    this.language = language;
    this.words = words;
  }

  /** @param {string} key @param {Record<string, string>} [fields] @returns {string} */
  tell(key, fields = {}) {
    const sentence = this.words[key];
    if (sentence === undefined) throw new Error(`no words for ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (_, name) => fields[name] ?? "");
  }

  /** @param {number | null} share @returns {string} */
  percent(share) {
    return share === null ? DASH : numbers.percent(share, this.language);
  }

  /** @param {number} share @returns {string} a false-match rate: as a power of ten where it is small */
  rate(share) {
    return share > 0 && share < SMALL ? numbers.power(share, this.language) : this.percent(share);
  }

  /** @param {number | null} value @returns {string} */
  whole(value) {
    return value === null ? DASH : numbers.whole(value, this.language);
  }

  /** @param {number} value @returns {string} */
  decimal(value) {
    return numbers.decimal(value, this.language);
  }

  /** @param {number} value @returns {string} a number as it was given */
  plain(value) {
    return numbers.decimal(value, this.language, PLAIN_DIGITS);
  }

  /** @param {Interval | null} found @returns {string} */
  span(found) {
    return numbers.span(found, this.language);
  }

  /** @param {Interval | null} found @param {number} people @returns {string} */
  spanOf(found, people) {
    return numbers.spanOf(found, this.language, people);
  }

  /** @param {number} share @param {string} key @param {Record<string, string>} [fields] @returns {Icons} */
  icons(share, key, fields = {}) {
    const count = ofAThousand(share);
    return { count, text: this.tell(key, { count: this.whole(count), ...fields }), kind: "icons" };
  }
}

/**
 * @param {number} share
 * @returns {number} persons of a thousand, such that only 0 is nobody and only 1 is everybody
 */
export function ofAThousand(share) {
  if (share === 0 || share === 1) return PEOPLE * share;
  return Math.min(Math.max(Number(numbers.whole(PEOPLE * share, "en").replace(",", "")), 1), PEOPLE - 1);
}
