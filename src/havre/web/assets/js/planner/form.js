// @ts-check
/** What was entered of a place, checked as havre/web/pages/planner_form.py does, and its form in an address. */

import { stayOfMean } from "./stay.js";

/** @import { Place } from "./occupancy.js" */
/** @typedef {Record<string, string>} Texts */

export const FIELDS = ["capacity", "occupancy", "stay", "share_low", "share_high", "shape", "later_from", "later"];

/**
 * @param {string} sentence with fields in braces
 * @param {Record<string, string | number>} fields
 * @returns {string}
 */
export function filled(sentence, fields) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));
}

/** @param {number} value @param {string} mark between units and tenths @returns {string} */
function grouped(value, mark) {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f").replace(".", mark);
}

/**
 * @param {Texts} texts what was entered, by field
 * @param {Record<string, [number, number]>} bounds
 * @param {Texts} words sentences by key
 * @param {string[]} months of the forecast
 * @returns {{ faults: Texts, place: Place | null }}
 */
export function readPlace(texts, bounds, words, months) {
  /** @type {Texts} */
  const faults = {};
  /** @type {Record<string, number>} */
  const values = {};
  for (const [name, [low, high]] of Object.entries(bounds)) {
    const text = (texts[name] ?? "").trim();
    if (!text && name === "later") continue;
    const value = text === "" ? NaN : Number(text);
    if (!Number.isFinite(value) || value < low || value > high) {
      faults[name] = filled(words["fault.number"], { low: grouped(low, words["fault.mark"]), high: grouped(high, words["fault.mark"]) });
    } else {
      values[name] = value;
    }
  }
  if (!Object.keys(faults).length && values.share_low > values.share_high) faults.share_high = words["fault.share"];
  const from = (texts.later_from ?? "").trim();
  if (from && !/^\d{4}-(0[1-9]|1[0-2])$/.test(from)) faults.later_from = words["fault.month"];
  else if (from && !(texts.later ?? "").trim()) faults.later = words["fault.later"];
  if (Object.keys(faults).length) return { faults, place: null };
  const capacity = months.map((month) => (from && "later" in values && month >= from ? values.later : values.capacity));
  /** @type {Place} */
  const place = {
    capacity,
    occupancy: values.occupancy,
    share: [values.share_low / 100, values.share_high / 100],
    stay: stayOfMean(values.stay, values.shape),
  };
  return { faults, place };
}

/**
 * @param {Texts} texts
 * @returns {string} the part of an address after the sign #, which is never sent
 */
export function toFragment(texts) {
  const told = FIELDS.filter((name) => texts[name]).map((name) => [name, texts[name]]);
  return new URLSearchParams(told).toString();
}

/** @param {string} fragment @returns {Texts} */
export function fromFragment(fragment) {
  const told = new URLSearchParams(fragment.replace(/^#/, ""));
  return Object.fromEntries(FIELDS.filter((name) => told.has(name)).map((name) => [name, (told.get(name) ?? "").slice(0, 40)]));
}
