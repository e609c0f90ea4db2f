// @ts-check
/**
 * Verifies a log from its first key, trusting nothing else: neither its server nor its later keys.
 * @typedef {import("./notes.js").Key} Key
 * @typedef {import("./notes.js").Checkpoint} Checkpoint
 * @typedef {import("./tiles.js").Get} Get
 * @typedef {import("./rotation.js").Span} Span
 * @typedef {{checkpoint: Checkpoint, tree: Tree, spans: Span[], kept: Entries}} Followed
 * @typedef {Map<number, Uint8Array>} Entries by their numbers, in order
 * @typedef {{note: string, at: string}} Remembered checkpoint in base64 that this browser verified, and when
 * @typedef {{log: Get, first: Key, witnesses: Key[], needed?: number, origin?: string, remembered?: Remembered | null,
 *   ownKeys?: boolean, keeps?: (entry: Uint8Array) => boolean}} Asked `needed` of the witnesses must have cosigned;
 *   `origin` is the name that the log must have; entries that it `keeps` are given back
 */

import { decoded, textOf } from "./bytes.js";
import { faultsOf } from "./faults.js";
import { isConsistent, leafHash } from "./merkle.js";
import { isOf, parseCheckpoint, seenAt, signedBy } from "./notes.js";
import { Refused, named } from "./refused.js";
import { checkSigned, keyHistory, mayChangeKeys } from "./rotation.js";
import { Tree, WIDTH, levels, tilesOf } from "./tiles.js";

const CHECKPOINT = "checkpoint";
const AT_ONCE = 8;

/**
 * Verify the log: its checkpoint, all entries and tiles, its keys, what this browser saw before, and witnesses.
 * @param {import("./checks.js").Checks} checks
 * @param {Asked} asked
 * @param {number} [needed] how many of the witnesses must have cosigned the checkpoint
 * @returns {Promise<{followed: Followed | null, cosigned: boolean}>} the log, null where it cannot be followed; and
 *   whether a known witness cosigned its checkpoint
 */
export async function verifyLog(checks, asked, needed = 0) {
  const checkpoint = await checks.step("checkpoint", [], async () => {
    const found = await readCheckpoint(asked);
    return { fields: { origin: found.origin, size: found.size }, found };
  });
  const followed = await checks.step("entries", ["checkpoint"], async (going) => {
    const found = await followEntries(asked, /** @type {Checkpoint} */ (checkpoint), going);
    const { size } = found.tree;
    let tiles = 0;
    for (let level = 0; level < levels(size); level += 1) {
      tiles += tilesOf(size, level);
    }
    return { fields: { size, bundles: tilesOf(size, 0), tiles }, found };
  });
  await checks.step("keys", ["entries"], async () => {
    const { spans, checkpoint: point } = /** @type {Followed} */ (followed);
    const signed = await checkSigned(point, spans, point.origin, CHECKPOINT);
    const [added, revoked] = [spans.length - 1, spans.filter((span) => span.end !== null).length];
    return { fields: { names: signed.map((key) => key.text).join(", "), added, revoked }, found: signed };
  });
  await checkRemembered(checks, asked.remembered ?? null, followed);
  const cosigned = await checkWitnesses(checks, asked.witnesses, checkpoint, needed);
  checks.limit(asked.ownKeys ? "verify.limit.your_key" : "verify.limit.key_of_site");
  checks.limit("verify.limit.code_of_site");
  return { followed, cosigned };
}

/** @param {Asked} asked @returns {Promise<Checkpoint>} */
async function readCheckpoint({ log, origin }) {
  const data = await log(CHECKPOINT);
  if (data === null) {
    throw new Refused("record.log.missing", { path: CHECKPOINT });
  }
  const found = parseCheckpoint(data, CHECKPOINT);
  if (origin !== undefined && found.origin !== origin) {
    throw new Refused("record.log.other_log", { where: CHECKPOINT, found: found.origin, expected: origin });
  }
  return found;
}

/**
 * Read every entry and tile, and follow the keys.
 * @param {Asked} asked
 * @param {Checkpoint} checkpoint
 * @param {(fields: Record<string, number>) => void} going
 * @returns {Promise<Followed>}
 */
async function followEntries(asked, checkpoint, going) {
  const tree = new Tree(asked.log, checkpoint.size);
  const { leaves, changes, kept, unreadable } = await readBundles(tree, asked.keeps ?? (() => false), going);
  const history = await keyHistory(changes, asked.first, checkpoint.origin).catch(refusedOnly);
  const keys = history instanceof Refused ? [asked.first] : history.map((span) => span.key);
  // A checkpoint that was changed says nothing of what lies under it: it is told first, and alone.
  await named(CHECKPOINT, () => signedBy(checkpoint.note, keys));
  const faults = [...unreadable, ...(await faultsOf(tree, leaves, checkpoint.root))];
  if (faults.length || history instanceof Refused) {
    // A change of keys that a changed file tells is not worth telling: the file is.
    throw new AggregateError(faults.length ? faults : [history]);
  }
  return { checkpoint, tree, spans: history, kept };
}

/**
 * @param {Tree} tree
 * @param {(entry: Uint8Array) => boolean} keeps
 * @param {(fields: Record<string, number>) => void} going
 * @returns {Promise<{leaves: (Uint8Array[] | null)[], changes: Entries, kept: Entries, unreadable: Refused[]}>}
 */
async function readBundles(tree, keeps, going) {
  const count = tilesOf(tree.size, 0);
  /** @type {(Uint8Array[] | null)[]} */
  const leaves = [];
  /** @type {[Entries, Entries]} */
  const [changes, kept] = [new Map(), new Map()];
  const unreadable = [];
  for (let at = 0; at < count; at += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, each) => at + each);
    const bundles = await Promise.all(numbers.map((number) => tree.bundle(number).catch(refusedOnly)));
    for (const [each, bundle] of bundles.entries()) {
      if (bundle instanceof Refused) {
        unreadable.push(bundle);
        leaves.push(null);
        continue;
      }
      leaves.push(await Promise.all(bundle.map(leafHash)));
      for (const [place, data] of bundle.entries()) {
        const number = numbers[each] * WIDTH + place;
        mayChangeKeys(data) && changes.set(number, data);
        keeps(data) && kept.set(number, data);
      }
    }
    if (unreadable.length >= AT_ONCE) {
      break;
    }
    going({ done: at + numbers.length, count });
  }
  if (leaves.length < count) {
    // A size that was made up would have the browser ask for files without end.
    throw new AggregateError(unreadable);
  }
  return { leaves, changes, kept, unreadable };
}

/** @param {unknown} error @returns {Refused} */
function refusedOnly(error) {
  if (error instanceof Refused) {
    return error;
  }
  throw error;
}

/**
 * Compare the log with the checkpoint that this browser kept when it verified the log before.
 * @param {import("./checks.js").Checks} checks
 * @param {Remembered | null} remembered
 * @param {Followed | null} followed
 */
async function checkRemembered(checks, remembered, followed) {
  const note = remembered && readRemembered(remembered);
  if (!remembered || !note) {
    checks.limit(remembered ? "verify.limit.memory_unreadable" : "verify.limit.nothing_remembered");
    return;
  }
  await checks.step("remembered", ["keys"], async () => {
    const { tree, checkpoint } = /** @type {Followed} */ (followed);
    try {
      if (note.size > tree.size) {
        const fields = { where: CHECKPOINT, origin: note.origin, old: note.size, new: tree.size };
        throw new Refused("record.log.shrinks", fields);
      }
      await checkBegins(tree, checkpoint, note);
    } catch (error) {
      // Both signed checkpoints together are the proof that the log was shown in two versions.
      checks.evidence.push(textOf(note.note.data) ?? "", textOf(checkpoint.note.data) ?? "");
      throw error;
    }
    return { fields: { old: note.size, size: tree.size, at: remembered.at }, found: true };
  });
}

/**
 * @param {Remembered} remembered
 * @returns {Checkpoint | null} null where it cannot be read: that is no fault of the log
 */
function readRemembered({ note }) {
  try {
    return parseCheckpoint(decoded(note, "localStorage"), "localStorage");
  } catch (error) {
    refusedOnly(error);
    return null;
  }
}

/**
 * Check that the log begins with a checkpoint.
 * @param {Tree} tree
 * @param {Checkpoint} now
 * @param {Checkpoint} before
 * @throws {Refused} it does not, or is smaller, so that it cannot tell
 */
export async function checkBegins(tree, now, before) {
  if (before.size > now.size) {
    throw new Refused("record.log.behind", { where: CHECKPOINT, old: before.size, new: now.size });
  }
  const proof = await tree.consistency(before.size);
  if (!(await isConsistent(before.size, now.size, before.root, now.root, proof))) {
    throw new Refused("record.log.forks", { origin: now.origin, one: before.size, other: now.size });
  }
}

/**
 * Check the cosignatures of known witnesses under the checkpoint.
 * @param {import("./checks.js").Checks} checks
 * @param {Key[]} witnesses
 * @param {Checkpoint | null} checkpoint
 * @param {number} needed
 * @returns {Promise<boolean>} whether one of them cosigned
 */
async function checkWitnesses(checks, witnesses, checkpoint, needed) {
  const listed = checkpoint?.note.signatures.some((each) => witnesses.some((key) => isOf(each, key)));
  if (!checkpoint || (!listed && !needed)) {
    return false;
  }
  const signed = await checks.step("witnesses", ["checkpoint"], async () => {
    const found = await named(CHECKPOINT, () => signedBy(checkpoint.note, witnesses));
    if (distinct(found) < needed) {
      throw fewWitnesses(distinct(witnesses), distinct(found), needed);
    }
    return { fields: { names: namesAndTimes(checkpoint, found) }, found };
  });
  return signed !== null;
}

/** @param {Key[]} keys @returns {number} however often a key is listed, and under however many names, it is one */
export const distinct = (keys) => new Set(keys.map((key) => key.key.join())).size;

/** @param {number} asked @param {number} found @param {number} needed @returns {Refused} */
export function fewWitnesses(asked, found, needed) {
  return new Refused("record.log.few_witnesses", { asked, found, needed, reasons: "" });
}

/**
 * Name witnesses with the times that they tell, such as `w.example (2026-11-24T12:00:00Z)`.
 * @param {Checkpoint} checkpoint
 * @param {Key[]} witnesses
 * @returns {string}
 */
export function namesAndTimes(checkpoint, witnesses) {
  const times = witnesses.map((key) => {
    const own = checkpoint.note.signatures.filter((each) => isOf(each, key));
    return `${key.name} (${own.map(seenAt).join(", ")})`;
  });
  return times.join(", ");
}
