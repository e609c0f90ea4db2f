// @ts-check
/**
 * Entries of the log, and what reviewers sign: canonical JSON (RFC 8785), read strictly.
 * @typedef {{kind: string, at: string, subject: string, id: string, body: Record<string, any>}} Entry
 */

import { encoded, same, textOf } from "./bytes.js";
import { Refused } from "./refused.js";

const FORMAT = "havre-log-entry/1";
const FIELDS = "at,body,format,id,kind,subject";
/** The kinds that Havre writes; a test compares them with those of `havre.record.log.entries`. */
export const KINDS = new Set([
  "release_submitted",
  "release_reviewed",
  "release_refused",
  "release_published",
  "release_superseded",
  "release_withdrawn",
  "figure_overridden",
  "contest_filed",
  "contest_acknowledged",
  "contest_answered",
  "correction",
  "export_accessed",
  "forecast_registered",
  "scores_published",
  "key_added",
  "key_revoked",
]);

/**
 * Write a value as canonical JSON.
 * @param {any} value plain JSON value
 * @returns {string}
 * @throws {TypeError} JSON of this kind cannot hold it
 */
export function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  // Half of a surrogate pair cannot be written as UTF-8.
  if (typeof value === "string" && /\p{Surrogate}/u.test(value)) {
    throw new TypeError("half of a surrogate pair");
  }
  // Whole numbers beyond 2^53 are not the same in every program.
  if (typeof value === "number" && (!Number.isFinite(value) || isUnsafe(value))) {
    throw new TypeError("a number that not every program reads alike");
  }
  return JSON.stringify(value);
}

/** @param {number} value @returns {boolean} */
const isUnsafe = (value) => Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21;

/**
 * Read an entry strictly: written again it has the same bytes.
 * @param {Uint8Array} data
 * @param {string} where file, or number of the entry
 * @returns {Entry}
 * @throws {Refused} it is no entry, or not written in the canonical way
 */
export function parseEntry(data, where) {
  try {
    const told = JSON.parse(textOf(data) ?? "");
    if (isEntry(told) && same(encoded(canonical(told)), data)) {
      return { kind: told.kind, at: told.at, subject: told.subject, id: told.id, body: told.body };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)) {
      throw error;
    }
  }
  throw new Refused("verify.fault.entry", { where });
}

/** @param {any} told @returns {boolean} */
function isEntry(told) {
  return (
    isObject(told) &&
    Object.keys(told).sort().join() === FIELDS &&
    told.format === FORMAT &&
    KINDS.has(told.kind) &&
    isTime(told.at) &&
    isName(told.subject) &&
    isName(told.id) &&
    isObject(told.body)
  );
}

/** @param {any} value @returns {boolean} */
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** @param {any} value @returns {boolean} whether it is a text of 1 to 200 characters */
const isName = (value) => typeof value === "string" && value !== "" && [...value].length <= 200;

/** @param {any} value @returns {boolean} whether it is a moment such as 2026-11-24T12:00:00Z */
export function isTime(value) {
  const shaped = typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
  const moment = shaped ? new Date(value) : new Date(NaN);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().replace(".000Z", "Z") === value;
}
