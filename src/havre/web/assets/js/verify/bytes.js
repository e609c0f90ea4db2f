// @ts-check
/** Bytes and texts, read strictly: what could be written in another way is refused. */

import { Refused } from "./refused.js";

const ENCODER = new TextEncoder();
// Bytes that are not UTF-8 must not become replacement characters, and a byte order mark is a character like others.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} text @returns {Uint8Array} */
export const encoded = (text) => ENCODER.encode(text);

/**
 * Read UTF-8.
 * @param {Uint8Array} data
 * @returns {string | null} null where it is not UTF-8
 */
export function textOf(data) {
  try {
    return DECODER.decode(data);
  } catch {
    return null;
  }
}

/** @param {Uint8Array} data @returns {string} */
export function base64(data) {
  let text = "";
  for (const each of data) {
    text += String.fromCharCode(each);
  }
  return btoa(text);
}

/**
 * Read base64 that is written the only way there is.
 * @param {string} text
 * @param {string} where file in which it stands
 * @returns {Uint8Array}
 * @throws {Refused} it is not base64, or could be written otherwise
 */
export function decoded(text, where) {
  try {
    const data = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    if (base64(data) === text) {
      return data;
    }
  } catch {
    // Told below, as what could be written otherwise.
  }
  throw new Refused("verify.fault.base64", { where, text: text.slice(0, 80) });
}

/** @param {Uint8Array} data @returns {string} */
export const hex = (data) => Array.from(data, (each) => each.toString(16).padStart(2, "0")).join("");

/** @param {...Uint8Array} parts @returns {Uint8Array} */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array | null} one @param {Uint8Array | null} other @returns {boolean} */
export function same(one, other) {
  return one !== null && other !== null && one.length === other.length && one.every((each, at) => each === other[at]);
}

/**
 * Read a number that is written the only way there is.
 * @param {string} text
 * @returns {number | null} null where it is none, or larger than JavaScript counts without error
 */
export function decimal(text) {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : null;
}
