// @ts-check
/**
 * The newest checkpoint that this browser verified, kept only where the reader ticks that it may be.
 * @typedef {import("./log.js").Remembered} Remembered
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

import { base64 } from "./bytes.js";

/** @param {string} origin @returns {string} */
const keyOf = (origin) => `havre.log.${origin}`;

/**
 * Read what was kept of a log.
 * @param {Store | null} store null where the browser offers none
 * @param {string} origin
 * @returns {Remembered | null} null where there is nothing, or nothing that can be read
 */
export function recall(store, origin) {
  try {
    const found = JSON.parse(store?.getItem(keyOf(origin)) ?? "null");
    const whole = found !== null && typeof found.note === "string" && typeof found.at === "string";
    return whole ? { note: found.note, at: found.at } : null;
  } catch {
    return null;
  }
}

/**
 * Keep a checkpoint that was verified.
 * @param {Store | null} store
 * @param {import("./notes.js").Checkpoint} checkpoint
 * @param {Date} now
 * @returns {boolean} whether the browser kept it
 */
export function remember(store, checkpoint, now) {
  try {
    const kept = { note: base64(checkpoint.note.data), at: now.toISOString().replace(/\.\d+Z$/, "Z") };
    store?.setItem(keyOf(checkpoint.origin), JSON.stringify(kept));
    return store !== null;
  } catch {
    return false;
  }
}

/** @param {Store | null} store @param {string} origin */
export function forget(store, origin) {
  store?.removeItem(keyOf(origin));
}
