// @ts-check
/**
 * A log as static files: hash tiles of height 8 and bundles of 256 entries (C2SP, https://c2sp.org/tlog-tiles).
 * @typedef {(path: string) => Promise<Uint8Array | null>} Get gives a file by its path, null where it is not there
 */

import { HASH_SIZE, consistencyProof, folded, inclusionProof, treeRoot } from "./merkle.js";
import { Refused } from "./refused.js";

export const HEIGHT = 8;
export const WIDTH = 256;

/** @param {number} level @param {number} index @param {number} [width] @returns {string} */
export const tilePath = (level, index, width = WIDTH) => `tile/${level}/${numbered(index)}${part(width)}`;

/** @param {number} index @param {number} [width] @returns {string} */
export const bundlePath = (index, width = WIDTH) => `tile/entries/${numbered(index)}${part(width)}`;

/** @param {number} width @returns {string} a file with fewer than 256 has its width in the path */
const part = (width) => (width === WIDTH ? "" : `.p/${width}`);

/** @param {number} index @returns {string} such as x001/x234/067 */
function numbered(index) {
  const digits = String(index);
  const groups = digits.padStart(3 * Math.ceil(digits.length / 3), "0").match(/.../g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

/** @param {number} size @param {number} level @param {number} index @returns {number} hashes of a tile; 0 if none */
export function widthOf(size, level, index) {
  return Math.max(0, Math.min(WIDTH, Math.floor(size / WIDTH ** level) - index * WIDTH));
}

/** @param {number} size @returns {number} how many levels of tiles a log has */
export function levels(size) {
  let count = size ? 1 : 0;
  while (size >= WIDTH ** count && size) {
    count += 1;
  }
  return count;
}

/** @param {number} size @param {number} level @returns {number} how many tiles a level has */
export const tilesOf = (size, level) => Math.ceil(Math.floor(size / WIDTH ** level) / WIDTH);

/**
 * Read the entries of a bundle: each with its length before it, two bytes, the larger one first.
 * @param {Uint8Array} bundle
 * @param {number} width how many entries it must hold
 * @param {string} path
 * @returns {Uint8Array[]}
 * @throws {Refused} it holds more or fewer, or ends in the middle of one
 */
export function unpack(bundle, width, path) {
  const entries = [];
  let at = 0;
  while (at + 2 <= bundle.length && entries.length < width) {
    const end = at + 2 + 256 * bundle[at] + bundle[at + 1];
    if (end > bundle.length) {
      break;
    }
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  if (entries.length !== width || at !== bundle.length) {
    throw new Refused("record.log.bundle", { path, expected: width, found: entries.length });
  }
  return entries;
}

/**
 * Read the hashes of a tile.
 * @param {Uint8Array} tile
 * @param {number} width
 * @param {string} path
 * @returns {Uint8Array[]}
 * @throws {Refused} it holds more or fewer hashes than it must
 */
export function hashesOf(tile, width, path) {
  if (tile.length !== width * HASH_SIZE) {
    throw new Refused("record.log.tile", { path, expected: width * HASH_SIZE, found: tile.length });
  }
  return Array.from({ length: width }, (_, at) => tile.slice(at * HASH_SIZE, (at + 1) * HASH_SIZE));
}

/** A log of a certain size; what it gives is not checked here, but what is proven with it is. */
export class Tree {
  /** @param {Get} get @param {number} size */
  constructor(get, size) {
    this.get = get;
    this.size = size;
    /** @type {Map<string, Promise<Uint8Array[]>>} */
    this.tiles = new Map();
  }

  /** @returns {Promise<Uint8Array>} the root, computed from the tiles */
  root() {
    return treeRoot(this.size, (level, index) => this.node(level, index));
  }

  /** @param {number} level @param {number} index @returns {Promise<Uint8Array>} */
  async node(level, index) {
    const rest = level % HEIGHT;
    const first = index * 2 ** rest;
    const tile = await this.tile((level - rest) / HEIGHT, Math.floor(first / WIDTH));
    return folded(tile.slice(first % WIDTH, (first % WIDTH) + 2 ** rest));
  }

  /**
   * Give the hashes of a tile that belong to this size.
   * @param {number} level
   * @param {number} index
   * @returns {Promise<Uint8Array[]>}
   */
  tile(level, index) {
    const width = widthOf(this.size, level, index);
    const path = tilePath(level, index, width);
    let found = this.tiles.get(path);
    if (!found) {
      found = this.content(path, tilePath(level, index)).then(
        ([data, from]) => hashesOf(data, from === path ? width : WIDTH, from).slice(0, width),
      );
      this.tiles.set(path, found);
    }
    return found;
  }

  /** @param {number} index @returns {Promise<Uint8Array[]>} the entries of a bundle that belong to this size */
  async bundle(index) {
    const width = widthOf(this.size, 0, index);
    const path = bundlePath(index, width);
    const [data, from] = await this.content(path, bundlePath(index));
    return unpack(data, from === path ? width : WIDTH, from).slice(0, width);
  }

  /**
   * Read a file of a certain width, or the full one that has taken its place since.
   * @param {string} path
   * @param {string} full
   * @returns {Promise<[Uint8Array, string]>}
   */
  async content(path, full) {
    for (const each of new Set([path, full])) {
      const data = await this.get(each);
      if (data !== null) {
        return [data, each];
      }
    }
    throw new Refused("record.log.missing", { path });
  }

  /** @param {number} index @returns {Promise<Uint8Array[]>} */
  inclusion(index) {
    if (!(index >= 0 && index < this.size)) {
      throw new Refused("record.log.no_entry", { index, size: this.size });
    }
    return inclusionProof(index, this.size, (level, at) => this.node(level, at));
  }

  /** @param {number} old @returns {Promise<Uint8Array[]>} */
  consistency(old) {
    if (!(old >= 0 && old <= this.size)) {
      throw new Refused("record.log.no_entry", { index: old, size: this.size });
    }
    return consistencyProof(old, this.size, (level, at) => this.node(level, at));
  }
}
