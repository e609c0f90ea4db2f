// @ts-check
/**
 * Finds which file of a log is wrong, from the top down.
 *
 * The root of the checkpoint tells which tiles at the right edge are right; each right tile tells the hashes of those
 * below it, and the lowest ones those of the entries. So where two files contradict each other, the one that was
 * changed is named. The same way as `havre log fsck`.
 * @typedef {Uint8Array[] | null} Row hashes of a tile; null where they cannot be had
 */

import { same } from "./bytes.js";
import { folded, treeRoot } from "./merkle.js";
import { Refused } from "./refused.js";
import { HEIGHT, WIDTH, bundlePath, levels, tilePath, tilesOf, widthOf } from "./tiles.js";

const FEW = 5;

/**
 * @param {import("./tiles.js").Tree} tree
 * @param {Row[]} leaves leaf hashes of each bundle; null where a bundle cannot be read
 * @param {Uint8Array} root root that the checkpoint tells
 * @returns {Promise<Refused[]>} what is wrong, each with its file; empty where every tile and entry is right
 */
export async function faultsOf(tree, leaves, root) {
  const search = new Search(tree, leaves, root);
  await search.run();
  return search.found;
}

class Search {
  /** @param {import("./tiles.js").Tree} tree @param {Row[]} leaves @param {Uint8Array} root */
  constructor(tree, leaves, root) {
    this.tree = tree;
    this.leaves = leaves;
    this.root = root;
    /** @type {Refused[]} */
    this.found = [];
  }

  async run() {
    const { size } = this.tree;
    if (!size && !same(await this.tree.root(), this.root)) {
      this.tell("record.log.not_its_root", { path: "checkpoint", size });
    }
    const edges = size ? await this.edges() : new Map();
    /** @type {(Uint8Array | null)[]} */
    let above = [];
    for (let level = levels(size) - 1; level >= 0; level -= 1) {
      /** @type {(Uint8Array | null)[]} */
      const here = [];
      for (let index = 0; index < tilesOf(size, level); index += 1) {
        const width = widthOf(size, level, index);
        const told = above[index] ?? null;
        const row = width === WIDTH ? await this.full(level, index, told) : (edges.get(level) ?? null);
        if (level === 0) {
          this.compareBundle(index, row);
        }
        here.push(...(row ?? Array(width).fill(null)));
      }
      above = here;
    }
  }

  /**
   * Find the tiles at the right edge that the root proves, computed anew where need be.
   * @returns {Promise<Map<number, Row>>} by level
   */
  async edges() {
    /** @type {[number, Row[]][]} */
    const choices = [];
    for (let level = 0; level < levels(this.tree.size); level += 1) {
      const index = Math.floor(Math.floor(this.tree.size / WIDTH ** level) / WIDTH);
      if (widthOf(this.tree.size, level, index)) {
        choices.push([level, await this.both(level, index)]);
      }
    }
    for (const picked of product(choices.map(([, rows]) => rows))) {
      const rows = new Map(choices.map(([level], at) => [level, picked[at]]));
      if (!picked.includes(null) && same(await this.rootOver(rows), this.root)) {
        choices.filter(([, [stored]], at) => stored !== picked[at]).forEach(([level]) => this.tellEdge(level));
        return rows;
      }
    }
    const agreed = choices.filter(([, rows]) => rows.length === 1 && rows[0] !== null);
    if (agreed.length === choices.length) {
      this.tell("record.log.not_its_root", { path: "checkpoint", size: this.tree.size });
    } else {
      choices.filter(([, rows]) => rows.length > 1).forEach(([level]) => this.contradict(level, this.edgeOf(level)));
    }
    return new Map(agreed.map(([level, rows]) => [level, rows[0]]));
  }

  /**
   * Give what is stored for a tile and what lies under it; once where both are the same or one cannot be read.
   * @param {number} level @param {number} index @returns {Promise<Row[]>}
   */
  async both(level, index) {
    const [stored, below] = [await this.stored(level, index), await this.below(level, index)];
    const one = stored === null || below === null || sameRow(stored, below);
    return one ? [stored ?? below] : [stored, below];
  }

  /**
   * Give the right hashes of a full tile.
   * @param {number} level @param {number} index
   * @param {Uint8Array | null} told its hash as told above; without it, what nothing contradicts is taken
   * @returns {Promise<Row>} null where nothing has that hash
   */
  async full(level, index, told) {
    const stored = await this.stored(level, index);
    if (stored !== null && told !== null && same(await folded(stored), told)) {
      return stored;
    }
    const below = await this.below(level, index);
    if (below !== null && told !== null && same(await folded(below), told)) {
      if (stored !== null) {
        this.tell("record.log.changed", { path: tilePath(level, index) });
      }
      return below;
    }
    if (told === null && (stored === null || below === null || sameRow(stored, below))) {
      return stored ?? below;
    }
    if (stored !== null || below !== null) {
      this.contradict(level, index);
    }
    return null;
  }

  /** @param {number} level @param {number} index @returns {Promise<Row>} tells where it is missing or truncated */
  async stored(level, index) {
    try {
      return await this.tree.tile(level, index);
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      this.tell(error.key, error.fields);
      return null;
    }
  }

  /** @param {number} level @param {number} index @returns {Promise<Row>} a tile as what lies under it has it */
  async below(level, index) {
    if (level === 0) {
      return this.leaves[index];
    }
    const row = [];
    for (let at = 0; at < widthOf(this.tree.size, level, index); at += 1) {
      const under = await this.tree.tile(level - 1, index * WIDTH + at).catch(() => null);
      if (under === null) {
        return null;
      }
      row.push(await folded(under));
    }
    return row;
  }

  /** @param {number} index @param {Row} row the right hashes */
  compareBundle(index, row) {
    const leaves = this.leaves[index];
    if (row === null || leaves === null || sameRow(leaves, row)) {
      return;
    }
    const wrong = leaves.flatMap((leaf, at) => (same(leaf, row[at]) ? [] : [index * WIDTH + at]));
    const numbers = [...wrong.slice(0, FEW), ...(wrong.length > FEW ? ["…"] : [])].join(", ");
    this.tell("record.log.entries", { path: bundlePath(index, leaves.length), numbers });
  }

  /** @param {Map<number, Row>} rows tiles at the edge by level @returns {Promise<Uint8Array>} */
  rootOver(rows) {
    return treeRoot(this.tree.size, async (level, index) => {
      const rest = level % HEIGHT;
      const first = (index * 2 ** rest) % WIDTH;
      return folded(rows.get((level - rest) / HEIGHT)?.slice(first, first + 2 ** rest) ?? []);
    });
  }

  /** @param {number} level @returns {number} */
  edgeOf(level) {
    return tilesOf(this.tree.size, level) - 1;
  }

  /** @param {number} level */
  tellEdge(level) {
    const index = this.edgeOf(level);
    this.tell("record.log.changed", { path: tilePath(level, index, widthOf(this.tree.size, level, index)) });
  }

  /** @param {number} level @param {number} index */
  contradict(level, index) {
    const width = widthOf(this.tree.size, level, index);
    const other = level === 0 ? bundlePath(index, width) : `tile/${level - 1}`;
    this.tell("record.log.contradict", { path: tilePath(level, index, width), other });
  }

  /** @param {string} key @param {Record<string, import("./refused.js").Field>} fields */
  tell(key, fields) {
    const told = new Refused(key, fields);
    if (!this.found.some((each) => each.message === told.message)) {
      this.found.push(told);
    }
  }
}

/** @param {Uint8Array[]} one @param {Uint8Array[]} other @returns {boolean} */
const sameRow = (one, other) => one.length === other.length && one.every((each, at) => same(each, other[at]));

/** @param {Row[][]} choices @returns {Row[][]} every way of picking one of each */
function product(choices) {
  return choices.reduce(
    (ways, rows) => ways.flatMap((way) => rows.map((row) => [...way, row])),
    /** @type {Row[][]} */ ([[]]),
  );
}
