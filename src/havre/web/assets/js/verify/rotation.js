// @ts-check
/**
 * How the keys of a log change: each new one is vouched for, in an entry of the log, by one that was valid there.
 * @typedef {import("./notes.js").Key} Key
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {{key: Key, first: number, end: number | null}} Span a key and the sizes at which it may sign: from `first`
 *   up to, not including, `end`
 */

import { decoded, encoded } from "./bytes.js";
import { isSigned } from "./crypto.js";
import { parseEntry } from "./entries.js";
import { checkSignedBy, parseKey } from "./notes.js";
import { Refused } from "./refused.js";

const REVOKED = "key_revoked";
const LATIN = new TextDecoder("latin1");

/** @param {Uint8Array} data @returns {boolean} whether an entry may change the keys of a log */
export function mayChangeKeys(data) {
  const text = LATIN.decode(data);
  return text.includes('"key_added"') || text.includes('"key_revoked"');
}

/**
 * Follow the keys of a log from its first one, which is trusted.
 * @param {Map<number, Uint8Array>} changes entries that may change keys by their numbers, in order
 * @param {Key} first
 * @param {string} origin name of the log
 * @returns {Promise<Span[]>}
 * @throws {Refused} a change is not vouched for by a key that was valid there, or adds one that was revoked
 */
export async function keyHistory(changes, first, origin) {
  /** @type {Span[]} */
  let spans = [{ key: first, first: 0, end: null }];
  for (const [index, data] of changes) {
    const entry = parseEntry(data, `entry ${index}`);
    if ((entry.kind === "key_added" || entry.kind === REVOKED) && entry.body.role === "log") {
      spans = await changed(spans, entry, index, origin);
    }
  }
  return spans;
}

/** @param {Span} span @param {number} size @returns {boolean} whether the key may sign a checkpoint of this size */
export const holds = (span, size) => span.first <= size && (span.end === null || size < span.end);

/**
 * Check that a checkpoint is signed with a key that was valid at its size.
 * @param {import("./notes.js").Checkpoint} checkpoint
 * @param {Span[]} spans
 * @param {string} origin
 * @param {string} where
 * @returns {Promise<Key[]>} the valid keys that signed
 * @throws {Refused} it is not
 */
export async function checkSigned(checkpoint, spans, origin, where) {
  const keys = spans.map((span) => span.key);
  const signed = await checkSignedBy(checkpoint, keys, where, origin);
  const valid = spans.filter((span) => holds(span, checkpoint.size)).map((span) => span.key.text);
  const found = signed.filter((key) => valid.includes(key.text));
  if (!found.length) {
    const names = signed.map((key) => key.name).join(", ");
    throw new Refused("record.log.revoked", { where, size: checkpoint.size, names });
  }
  return found;
}

/**
 * @param {Span[]} spans
 * @param {Entry} entry
 * @param {number} index
 * @param {string} origin
 * @returns {Promise<Span[]>}
 */
async function changed(spans, entry, index, origin) {
  const { key, voucher, signature } = await readChange(entry, index);
  const valid = spans.some((span) => span.key.text === voucher.text && holds(span, index));
  const told = encoded(`havre-key/1\n${entry.kind}\n${origin}\n${key.text}\n${entry.at}\n`);
  if (!valid || !(await isSigned(voucher.key, signature, told))) {
    throw new Refused("record.log.signature", { name: `${voucher.name} (entry ${index})` });
  }
  const known = spans.filter((span) => span.key.text === key.text);
  const open = known.filter((span) => span.end === null);
  if (entry.kind === REVOKED) {
    const held = spans.map((span) => (open.includes(span) ? { ...span, end: index + 1 } : span));
    // Also a key that never signed: it can never be added then.
    return known.length ? held : [...held, { key, first: index + 1, end: index + 1 }];
  }
  if (known.length && !open.length) {
    throw new Refused("record.log.key_again", { name: key.name, number: index });
  }
  // The checkpoint with this entry may be signed with the new key already.
  return known.length ? spans : [...spans, { key, first: index + 1, end: null }];
}

/** @param {Entry} entry @param {number} index @returns {Promise<{key: Key, voucher: Key, signature: Uint8Array}>} */
async function readChange(entry, index) {
  const where = `entry ${index}`;
  const { key, voucher, signature } = entry.body;
  if (![key, voucher, signature].every((each) => typeof each === "string")) {
    throw new Refused("verify.fault.entry", { where });
  }
  try {
    return {
      key: await parseKey(key),
      voucher: await parseKey(voucher),
      signature: decoded(signature, where),
    };
  } catch (error) {
    throw error instanceof Refused ? new Refused("verify.fault.entry", { where }) : error;
  }
}
