/**
 * Runs the verifying modules in node for pytest: cases as a JSON list on standard input, answers the same way.
 * The folder of the modules is the first argument.
 */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const at = (name) => import(pathToFileURL(`${process.argv[2]}/${name}.js`));
const [merkle, entries, notes, tiles, release, words, cryptography] = await Promise.all(
  ["merkle", "entries", "notes", "tiles", "release", "words", "crypto"].map(at),
);
const bytes = (hexed) => Uint8Array.from(Buffer.from(hexed, "hex"));
const hexed = (data) => Buffer.from(data).toString("hex");

/** Gives the files of a folder, changed as a case asks: a flipped bit, other content, or null for a lost file. */
function files(folder, changes = {}) {
  return async (path) => {
    const change = changes[path];
    if (change === null) {
      return null;
    }
    if (typeof change === "string") {
      return bytes(change);
    }
    let data;
    try {
      data = new Uint8Array(readFileSync(`${folder}/${path}`));
    } catch {
      return null;
    }
    if (change) {
      data[change.at % data.length] ^= 1 << change.bit;
    }
    return data;
  };
}

async function asked(each) {
  const witnesses = await Promise.all((each.witnesses ?? []).map((text) => notes.parseKey(text, notes.COSIGNATURE)));
  const people = await Promise.all((each.people ?? []).map((text) => notes.parseKey(text)));
  const first = await notes.parseKey(each.key);
  const log = files(each.log, each.logChanges);
  return { ...each, log, first, witnesses, people, release: files(each.folder, each.changes) };
}

function plain(verdict, texts = {}) {
  const problems = verdict.checks.flatMap((check) => check.problems);
  return {
    passed: verdict.passed,
    states: Object.fromEntries(verdict.checks.map((check) => [check.id, check.state])),
    keys: problems.map((problem) => problem.key),
    said: problems.map((problem) => words.sayRefused(texts, problem)).join("\n"),
    checks: verdict.checks.map((check) => words.say(texts, `verify.check.${check.id}.${check.state}`, check.fields)),
    limits: verdict.limits.map((limit) => words.say(texts, limit.key, limit.fields)),
    limitKeys: verdict.limits.map((limit) => limit.key),
    since: verdict.since,
    evidence: verdict.evidence,
  };
}

const RUNS = {
  release: async (each) => plain((await release.verifyRelease(await asked(each))).verdict, each.texts),
  log: async (each) => plain((await release.verifyLogAlone(await asked(each))).verdict, each.texts),
  canonical: async (each) => entries.canonical(JSON.parse(each.text)),
  entry: async (each) => {
    try {
      return Boolean(entries.parseEntry(bytes(each.data), "entry"));
    } catch (error) {
      return error.key;
    }
  },
  kinds: async () => [...entries.KINDS],
  paths: async (each) => [tiles.tilePath(each.level, each.index, each.width), tiles.bundlePath(each.index, each.width)],
  widths: async (each) => [tiles.widthOf(each.size, each.level, each.index), tiles.levels(each.size)],
  proofs: async (each) => {
    const leaves = await Promise.all(each.leaves.map((leaf) => merkle.leafHash(bytes(leaf))));
    const node = async (level, index) => merkle.folded(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
    const [size, old, index] = [leaves.length, each.old, each.index];
    const root = await merkle.treeRoot(size, node);
    const oldRoot = await merkle.treeRoot(old, node);
    const inclusion = await merkle.inclusionProof(index, size, node);
    const consistency = await merkle.consistencyProof(old, size, node);
    const wrong = Uint8Array.from(root, (value, place) => (place === 0 ? value ^ 1 : value));
    return {
      root: hexed(root),
      inclusion: inclusion.map(hexed),
      consistency: consistency.map(hexed),
      right: [
        await merkle.isIncluded(leaves[index], index, size, inclusion, root),
        await merkle.isConsistent(old, size, oldRoot, root, consistency),
      ],
      wrong: [
        await merkle.isIncluded(leaves[index], index, size, inclusion, wrong),
        await merkle.isIncluded(leaves[index], index, size, [...inclusion, root], root),
        size > 1 && (await merkle.isIncluded(leaves[index], index, size, inclusion.slice(1), root)),
        await merkle.isConsistent(old, size, oldRoot, wrong, consistency),
        await merkle.isConsistent(old, size, oldRoot, root, [...consistency, root]),
      ],
    };
  },
  signed: async (each) => cryptography.isSigned(bytes(each.key), bytes(each.signature), bytes(each.text)),
  lacking: async () => cryptography.lacking(),
};

const answers = [];
for (const each of JSON.parse(readFileSync(0, "utf-8"))) {
  answers.push(await RUNS[each.run](each));
}
process.stdout.write(JSON.stringify(answers));
