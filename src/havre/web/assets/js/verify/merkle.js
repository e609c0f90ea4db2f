// @ts-check
/**
 * Merkle tree hashes and proofs (RFC 6962, section 2.1; RFC 9162, sections 2.1.3.2 and 2.1.4.2).
 *
 * Sizes are plain numbers up to 2^53, so halves are taken by division: JavaScript's shifts cut off at 32 bits.
 * @typedef {(level: number, index: number) => Promise<Uint8Array>} Node gives the hash of a complete subtree: the one
 *   over the leaves index · 2^level up to, not including, (index + 1) · 2^level
 */

import { joined, same } from "./bytes.js";
import { sha256 } from "./crypto.js";

export const HASH_SIZE = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** @param {Uint8Array} data @returns {Promise<Uint8Array>} SHA-256 of 0x00 and the entry */
export const leafHash = (data) => sha256(joined(LEAF, data));

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Promise<Uint8Array>} SHA-256 of 0x01 and both hashes */
export const nodeHash = (left, right) => sha256(joined(NODE, left, right));

/**
 * Give the hash over a power of two of neighbouring subtrees of one level.
 * @param {Uint8Array[]} hashes
 * @returns {Promise<Uint8Array>}
 */
export async function folded(hashes) {
  let row = hashes;
  while (row.length > 1) {
    const above = [];
    for (let at = 0; at < row.length; at += 2) {
      above.push(nodeHash(row[at], row[at + 1]));
    }
    row = await Promise.all(above);
  }
  return row[0];
}

/** @param {number} size @param {Node} node @returns {Promise<Uint8Array>} root over the first leaves */
export const treeRoot = (size, node) => (size ? rangeRoot(0, size, node) : sha256(new Uint8Array()));

/**
 * Give the audit path of a leaf, from the leaf upwards.
 * @param {number} index
 * @param {number} size larger than index
 * @param {Node} node
 * @returns {Promise<Uint8Array[]>}
 */
export async function inclusionProof(index, size, node) {
  const path = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + split(high - low);
    if (index < middle) {
      path.push(await rangeRoot(middle, high, node));
      high = middle;
    } else {
      path.push(await rangeRoot(low, middle, node));
      low = middle;
    }
  }
  return path.reverse();
}

/**
 * Give the proof that a tree begins with a smaller one; empty where both are the same, or the old one is empty.
 * @param {number} old
 * @param {number} size not smaller than old
 * @param {Node} node
 * @returns {Promise<Uint8Array[]>}
 */
export async function consistencyProof(old, size, node) {
  if (old === 0 || old === size) {
    return [];
  }
  const path = [];
  let [low, high, whole] = [0, size, true];
  while (high > old) {
    const middle = low + split(high - low);
    if (old <= middle) {
      path.push(await rangeRoot(middle, high, node));
      high = middle;
    } else {
      path.push(await rangeRoot(low, middle, node));
      [low, whole] = [middle, false];
    }
  }
  if (!whole) {
    path.push(await rangeRoot(low, high, node));
  }
  return path.reverse();
}

/**
 * Tell whether a proof shows that a leaf is in the tree with this size and root.
 * @param {Uint8Array} leaf
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array[]} proof
 * @param {Uint8Array} root
 * @returns {Promise<boolean>}
 */
export async function isIncluded(leaf, index, size, proof, root) {
  if (!(index >= 0 && index < size)) {
    return false;
  }
  let [at, last, found] = [index, size - 1, leaf];
  for (const part of proof) {
    if (last === 0) {
      return false;
    }
    if (at % 2 || at === last) {
      found = await nodeHash(part, found);
      while (at % 2 === 0 && at) {
        [at, last] = [half(at), half(last)];
      }
    } else {
      found = await nodeHash(found, part);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(found, root);
}

/**
 * Tell whether a proof shows that the new tree begins with the old one.
 * @param {number} old
 * @param {number} size
 * @param {Uint8Array} oldRoot
 * @param {Uint8Array} root
 * @param {Uint8Array[]} proof
 * @returns {Promise<boolean>}
 */
export async function isConsistent(old, size, oldRoot, root, proof) {
  if (!(old >= 0 && old <= size)) {
    return false;
  }
  if (old === 0 || old === size) {
    const empty = await sha256(new Uint8Array());
    const fits = same(oldRoot, old === 0 ? empty : root);
    return fits && proof.length === 0 && (size > 0 || same(root, empty));
  }
  const path = split(2 * old) === old ? [oldRoot, ...proof] : [...proof];
  if (path.length === 0) {
    return false;
  }
  let [at, last] = [old - 1, size - 1];
  while (at % 2) {
    [at, last] = [half(at), half(last)];
  }
  let [before, after] = [path[0], path[0]];
  for (const part of path.slice(1)) {
    if (last === 0) {
      return false;
    }
    if (at % 2 || at === last) {
      [before, after] = await Promise.all([nodeHash(part, before), nodeHash(part, after)]);
      while (at % 2 === 0 && at) {
        [at, last] = [half(at), half(last)];
      }
    } else {
      after = await nodeHash(after, part);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(before, oldRoot) && same(after, root);
}

/** @param {number} number @returns {number} */
const half = (number) => Math.floor(number / 2);

/** @param {number} size @returns {number} the largest power of two below it */
function split(size) {
  let power = 1;
  while (2 * power < size) {
    power *= 2;
  }
  return power;
}

/** @param {number} low @param {number} high @param {Node} node @returns {Promise<Uint8Array>} */
async function rangeRoot(low, high, node) {
  const size = high - low;
  if (size === 1 || 2 * split(size) === size) {
    return node(Math.round(Math.log2(size)), low / size);
  }
  const middle = low + split(size);
  const [left, right] = await Promise.all([rangeRoot(low, middle, node), rangeRoot(middle, high, node)]);
  return nodeHash(left, right);
}
