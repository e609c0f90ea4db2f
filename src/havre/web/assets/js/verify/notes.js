// @ts-check
/**
 * Signed notes, keys, checkpoints and proofs, read strictly.
 *
 * C2SP: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-cosignature
 * @typedef {{name: string, key: Uint8Array, kind: number, id: Uint8Array, text: string}} Key
 * @typedef {{name: string, id: Uint8Array, value: Uint8Array}} Signature
 * @typedef {{text: string, signatures: Signature[], data: Uint8Array}} Note
 * @typedef {{origin: string, size: number, root: Uint8Array, note: Note}} Checkpoint
 * @typedef {{index: number, path: Uint8Array[], checkpoint: Uint8Array}} Proof
 */

import { base64, decimal, decoded, encoded, hex, joined, same, textOf } from "./bytes.js";
import { isSigned, sha256 } from "./crypto.js";
import { HASH_SIZE } from "./merkle.js";
import { Refused } from "./refused.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
const LARGEST = 1_000_000;
const MOST_SIGNATURES = 100;
const PROOF_FORMAT = "havre-log-proof/1";
const TIME_BYTES = 8;
/** The end of the year 9999, in seconds: no cosignature tells a later time. */
const LATEST = 253_402_300_799n;

/** @param {string} name @returns {boolean} whether a key may have this name */
const isKeyName = (name) => name !== "" && !/[\p{C}\p{Z}\s+]/u.test(name);

/**
 * Read a public key: of a signer (kind 1) or a witness (kind 4).
 * @param {string} text name, id and key, joined by plus signs
 * @param {number} [kind]
 * @returns {Promise<Key>}
 * @throws {Refused} it is none
 */
export async function parseKey(text, kind = ED25519) {
  const [name, id, ...rest] = text.trim().split("+");
  if (rest.length > 0 && isKeyName(name)) {
    const tagged = decoded(rest.join("+"), "key");
    const key = tagged.slice(1);
    const own = (await sha256(joined(encoded(`${name}\n`), Uint8Array.of(kind), key))).slice(0, 4);
    if (tagged.length === 33 && tagged[0] === kind && hex(own) === id) {
      return { name, key, kind, id: own, text: `${name}+${id}+${base64(tagged)}` };
    }
  }
  throw new Refused(kind === ED25519 ? "record.key.verifier" : "record.key.witness", { text: text.slice(0, 120) });
}

/**
 * Read a signed note: a text, an empty line, and a line for each signature.
 * @param {Uint8Array} data
 * @param {string} where file in which it stands
 * @returns {Note}
 * @throws {Refused} it is none
 */
export function parseNote(data, where) {
  const whole = data.length > LARGEST ? null : textOf(data);
  const gap = whole === null ? -1 : whole.lastIndexOf("\n\n");
  if (whole === null || gap < 0 || !whole.endsWith("\n") || whole.length === gap + 2) {
    throw new Refused("verify.fault.note", { where });
  }
  const text = whole.slice(0, gap + 1);
  // eslint-disable-next-line no-control-regex
  if (/^\n*$/.test(text) || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(text)) {
    throw new Refused("verify.fault.note", { where });
  }
  const signatures = whole.slice(gap + 2, -1).split("\n").map((line) => parseSignature(line, where));
  if (signatures.length > MOST_SIGNATURES) {
    throw new Refused("verify.fault.note", { where });
  }
  return { text, signatures, data };
}

/** @param {string} line @param {string} where @returns {Signature} */
function parseSignature(line, where) {
  const [dash, name, value, ...more] = line.split(" ");
  if (dash !== "—" || value === undefined || more.length || !isKeyName(name)) {
    throw new Refused("verify.fault.note", { where });
  }
  const bytes = decoded(value, where);
  if (bytes.length < 5) {
    throw new Refused("verify.fault.note", { where });
  }
  return { name, id: bytes.slice(0, 4), value: bytes.slice(4) };
}

/**
 * Read a checkpoint: name of the log, how many entries it has, and the root over them.
 * @param {Uint8Array} data
 * @param {string} where
 * @returns {Checkpoint}
 * @throws {Refused} it is none
 */
export function parseCheckpoint(data, where) {
  const note = parseNote(data, where);
  const lines = note.text.slice(0, -1).split("\n");
  const size = lines.length < 3 || lines.includes("") ? null : decimal(lines[1]);
  const root = size === null ? new Uint8Array() : decoded(lines[2], where);
  if (size === null || root.length !== HASH_SIZE) {
    throw new Refused("verify.fault.checkpoint", { where });
  }
  return { origin: lines[0], size, root, note };
}

/**
 * Read the proof of an entry: the number of the entry, the audit path, and the checkpoint that it leads to.
 * @param {Uint8Array} data
 * @param {string} where
 * @returns {Proof}
 * @throws {Refused} it is none
 */
export function parseProof(data, where) {
  const end = data.findIndex((each, at) => each === 10 && data[at + 1] === 10);
  const head = end < 0 ? null : textOf(data.slice(0, end));
  const [format, number, ...lines] = (head ?? "").split("\n");
  const index = number?.startsWith("index ") ? decimal(number.slice(6)) : null;
  if (format !== PROOF_FORMAT || index === null) {
    throw new Refused("verify.fault.proof", { where });
  }
  const path = lines.map((line) => decoded(line, where));
  if (path.some((part) => part.length !== HASH_SIZE)) {
    throw new Refused("verify.fault.proof", { where });
  }
  return { index, path, checkpoint: data.slice(end + 2) };
}

/**
 * Give those of the keys whose signature stands under a note and is right.
 * @param {Note} note
 * @param {Key[]} keys
 * @returns {Promise<Key[]>}
 * @throws {Refused} a signature by one of the keys is wrong: who damages one cannot pass it off as none
 */
export async function signedBy(note, keys) {
  const found = [];
  for (const key of keys) {
    const own = note.signatures.filter((each) => isOf(each, key));
    for (const signature of own) {
      if (!(await isRight(note, key, signature))) {
        throw new Refused("record.log.signature", { name: key.name });
      }
    }
    if (own.length) {
      found.push(key);
    }
  }
  return found;
}

/** @param {Signature} signature @param {Key} key @returns {boolean} whether the line names this key */
export const isOf = (signature, key) => signature.name === key.name && same(signature.id, key.id);

/** @param {Note} note @param {Key} key @param {Signature} signature @returns {Promise<boolean>} */
async function isRight(note, key, signature) {
  const text = encoded(note.text);
  if (key.kind === ED25519) {
    return isSigned(key.key, signature.value, text);
  }
  const seconds = secondsOf(signature);
  if (signature.value.length !== TIME_BYTES + 64 || seconds > LATEST) {
    return false;
  }
  const head = encoded(`cosignature/v1\ntime ${seconds}\n`);
  return isSigned(key.key, signature.value.slice(TIME_BYTES), head, text);
}

/** @param {Signature} signature @returns {bigint} */
function secondsOf(signature) {
  return signature.value.slice(0, TIME_BYTES).reduce((sum, each) => sum * 256n + BigInt(each), 0n);
}

/** @param {Signature} signature of a witness @returns {string} when it saw the log, such as 2026-11-24T12:00:00Z */
export function seenAt(signature) {
  return new Date(1000 * Number(secondsOf(signature))).toISOString().replace(".000Z", "Z");
}

/**
 * Check that one of the keys signed a checkpoint.
 * @param {Checkpoint} checkpoint
 * @param {Key[]} keys
 * @param {string} where
 * @param {string | null} origin name that the log must have
 * @returns {Promise<Key[]>} the keys that signed
 * @throws {Refused} none of them did, a signature is wrong, or it is of another log
 */
export async function checkSignedBy(checkpoint, keys, where, origin = null) {
  if (origin !== null && checkpoint.origin !== origin) {
    throw new Refused("record.log.other_log", { where, found: checkpoint.origin, expected: origin });
  }
  const signed = await signedBy(checkpoint.note, keys);
  if (!signed.length) {
    throw new Refused("record.log.unsigned", { where, expected: keys.map((key) => key.name).join(", ") || "–" });
  }
  return signed;
}
