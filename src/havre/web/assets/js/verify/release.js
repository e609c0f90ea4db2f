// @ts-check
/**
 * Verifies a published release as `havre verify --log` does: every file against the manifest, the manifest against its
 * entry in the log, the entry against the tree, and the signature of the reviewer.
 * @typedef {import("./notes.js").Key} Key
 * @typedef {import("./tiles.js").Get} Get
 * @typedef {import("./log.js").Asked & {release: Get, id: string, people?: Key[]}} AskedRelease
 * @typedef {{id: string, files: Record<string, string>, review: any}} Manifest
 */

import { encoded, textOf } from "./bytes.js";
import { Checks } from "./checks.js";
import { digest } from "./crypto.js";
import { isObject, parseEntry } from "./entries.js";
import { checkBegins, distinct, fewWitnesses, namesAndTimes, verifyLog } from "./log.js";
import { isIncluded, leafHash } from "./merkle.js";
import { COSIGNATURE, checkSignedBy, isOf, parseCheckpoint, parseKey, parseProof, signedBy } from "./notes.js";
import { Refused, named } from "./refused.js";
import { checkReview } from "./review.js";
import { checkSigned } from "./rotation.js";

export const MANIFEST = "manifest.json";
const [ENTRY, PROOF, WITNESSES] = ["log-entry.json", "log-proof.txt", "log-witnesses.txt"];
const BECAME = ["release_withdrawn", "release_superseded", "correction", "contest_answered"];
const AT_ONCE = 4;

/**
 * Verify a release and the log that it is in.
 * @param {AskedRelease} asked
 * @param {import("./checks.js").Tell} [tell]
 * @returns {Promise<{verdict: import("./checks.js").Verdict, checkpoint: import("./notes.js").Checkpoint | null}>}
 */
export async function verifyRelease(asked, tell = () => {}) {
  const checks = new Checks(tell);
  const told = await checks.step("manifest", [], async () => {
    const found = await readManifest(asked);
    return { fields: { at: found.entry.at }, found };
  });
  await checks.step("files", ["manifest"], async (going) => {
    const files = /** @type {{manifest: Manifest}} */ (told).manifest.files;
    await checkFiles(asked.release, files, going);
    return { fields: { count: Object.keys(files).length }, found: true };
  });
  const { followed, cosigned } = await verifyLog(checks, { ...asked, keeps: (data) => tells(data, asked.id) });
  const proven = await checks.step("proof", ["manifest", "keys"], async () => {
    const { entryData } = /** @type {{entryData: Uint8Array}} */ (told);
    const found = await checkProof(asked, entryData, /** @type {import("./log.js").Followed} */ (followed));
    return { fields: { index: found.index, size: found.point.size, origin: found.point.origin }, found };
  });
  await checks.step("included", ["proof"], async () => {
    const { tree, checkpoint } = /** @type {import("./log.js").Followed} */ (followed);
    const { index, leaf, point } = /** @type {Proven} */ (proven);
    await checkBegins(tree, checkpoint, point);
    if (!(await isIncluded(leaf, index, tree.size, await tree.inclusion(index), checkpoint.root))) {
      throw new Refused("record.log.not_included", { origin: checkpoint.origin });
    }
    return { fields: { index, size: tree.size, old: point.size }, found: true };
  });
  if (proven?.trusted.length) {
    const names = namesAndTimes(proven.point, proven.trusted);
    await checks.step("cosigned", ["proof"], async () => ({ fields: { names }, found: true }));
  } else if (!cosigned) {
    checks.limit("verify.limit.no_witness");
  }
  await checks.step("review", ["manifest"], async () => {
    const { manifest } = /** @type {{manifest: Manifest}} */ (told);
    const found = await checkReview(manifest.review, manifest.id, MANIFEST, asked.people ?? []);
    return { fields: { ...found }, found };
  });
  if (checks.done.get("keys")?.state === "passed") {
    checks.since.push(...whatBecame(/** @type {import("./log.js").Followed} */ (followed).kept, asked.id));
  }
  checks.limit("verify.limit.not_listed");
  checks.limit("verify.limit.meaning");
  return { verdict: checks.verdict(), checkpoint: followed?.checkpoint ?? null };
}

/**
 * Verify the log alone.
 * @param {import("./log.js").Asked} asked
 * @param {import("./checks.js").Tell} [tell]
 * @returns {Promise<{verdict: import("./checks.js").Verdict, checkpoint: import("./notes.js").Checkpoint | null}>}
 */
export async function verifyLogAlone(asked, tell = () => {}) {
  const checks = new Checks(tell);
  const { followed, cosigned } = await verifyLog(checks, asked, asked.needed);
  if (!cosigned) {
    checks.limit("verify.limit.no_witness");
  }
  return { verdict: checks.verdict(), checkpoint: followed?.checkpoint ?? null };
}

const LATIN = new TextDecoder("latin1");

/** @param {Uint8Array} entry @param {string} id @returns {boolean} whether an entry may tell what became of a release */
function tells(entry, id) {
  const text = LATIN.decode(entry);
  return text.includes(LATIN.decode(encoded(JSON.stringify(id)))) && BECAME.some((kind) => text.includes(kind));
}

/**
 * Read what the log tells of a release after it was published: its folder cannot tell that.
 * @param {import("./log.js").Entries} entries
 * @param {string} id
 * @returns {import("./checks.js").Told[]}
 */
function whatBecame(entries, id) {
  return [...entries].flatMap(([number, data]) => {
    const { kind, at, subject, body } = parseEntry(data, `entry ${number}`);
    const upheld = kind === "contest_answered" && body.release === id && body.outcome !== "rejected";
    if (!upheld && (kind === "contest_answered" || subject !== id || !BECAME.includes(kind))) {
      return [];
    }
    return [{ key: `verify.since.${kind}`, fields: { number, at, by: String(body.superseded_by ?? "") } }];
  });
}

/** @param {Get} get @param {string} path @returns {Promise<Uint8Array>} */
async function content(get, path) {
  const data = await get(path);
  if (data === null) {
    throw new Refused("record.verify.missing", { path });
  }
  return data;
}

/**
 * Read the manifest, and check that its entry of the log tells its SHA-256.
 * @param {AskedRelease} asked
 * @returns {Promise<{manifest: Manifest, entry: import("./entries.js").Entry, entryData: Uint8Array}>}
 */
async function readManifest(asked) {
  const [data, entryData] = [await content(asked.release, MANIFEST), await content(asked.release, ENTRY)];
  const manifest = parseManifest(data);
  const entry = parseEntry(entryData, ENTRY);
  const fits = entry.kind === "release_published" && entry.subject === manifest.id && manifest.id === asked.id;
  if (!fits || entry.body.manifest !== (await digest(data))) {
    throw new Refused("record.verify.other_entry", { entry: ENTRY, manifest: MANIFEST });
  }
  return { manifest, entry, entryData };
}

/** @param {Uint8Array} data @returns {Manifest} */
export function parseManifest(data) {
  try {
    const found = JSON.parse(textOf(data) ?? "");
    if (isObject(found) && isObject(found.files) && typeof found.id === "string" && "review" in found) {
      return found;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw new Refused("record.verify.manifest", { path: MANIFEST });
}

/**
 * Compare every file with its SHA-256; all that are missing or changed are named.
 * @param {Get} release
 * @param {Record<string, string>} files
 * @param {(fields: Record<string, number>) => void} going
 */
async function checkFiles(release, files, going) {
  const waiting = Object.entries(files);
  const count = waiting.length;
  /** @type {Refused[]} */
  const wrong = [];
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [path, told] = next;
      const data = await release(path);
      if (data === null || (await digest(data)) !== told) {
        wrong.push(new Refused(data === null ? "record.verify.missing" : "record.verify.changed", { path }));
      }
      done += 1;
      going({ done, count });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (wrong.length) {
    throw new AggregateError(wrong);
  }
}

/**
 * @typedef {{index: number, leaf: Uint8Array, point: import("./notes.js").Checkpoint, trusted: Key[]}} Proven
 * @param {AskedRelease} asked
 * @param {Uint8Array} entry
 * @param {import("./log.js").Followed} followed
 * @returns {Promise<Proven>}
 */
async function checkProof(asked, entry, followed) {
  const listed = await readWitnesses(asked.release);
  const proof = parseProof(await content(asked.release, PROOF), PROOF);
  const point = parseCheckpoint(proof.checkpoint, PROOF);
  const leaf = await leafHash(entry);
  const keys = followed.spans.map((span) => span.key);
  const trusted = await named(`${PROOF} / ${ENTRY}`, async () => {
    await checkSignedBy(point, keys, PROOF, followed.checkpoint.origin);
    if (!(await isIncluded(leaf, proof.index, point.size, proof.path, point.root))) {
      throw new Refused("record.log.not_included", { origin: point.origin });
    }
    const found = await checkCosigned(asked, point, listed, keys);
    await checkSigned(point, followed.spans, followed.checkpoint.origin, PROOF);
    return found;
  });
  return { index: proof.index, leaf, point, trusted };
}

/**
 * Check that each listed witness cosigned, that nobody else signed, and that enough of the trusted ones did.
 * @param {AskedRelease} asked
 * @param {import("./notes.js").Checkpoint} point
 * @param {Key[]} listed
 * @param {Key[]} keys keys of the log
 * @returns {Promise<Key[]>} the trusted ones
 */
async function checkCosigned(asked, point, listed, keys) {
  const seen = await signedBy(point.note, listed);
  if (distinct(seen) < listed.length) {
    throw fewWitnesses(listed.length, distinct(seen), listed.length);
  }
  const known = [...keys, ...listed];
  const strange = point.note.signatures.filter((each) => !known.some((key) => isOf(each, key)));
  if (strange.length) {
    const names = strange.map((each) => each.name).join(", ");
    throw new Refused("record.verify.strange", { path: PROOF, names, list: WITNESSES });
  }
  const trusted = listed.filter((each) => asked.witnesses.some((key) => key.text === each.text));
  const needed = asked.needed ?? 0;
  if (distinct(trusted) < needed) {
    throw fewWitnesses(distinct(asked.witnesses), distinct(trusted), needed);
  }
  return trusted;
}

/** @param {Get} release @returns {Promise<Key[]>} the witnesses that the release lists */
async function readWitnesses(release) {
  const text = textOf(await content(release, WITNESSES)) ?? "?";
  const wrong = new Refused("record.verify.changed", { path: WITNESSES });
  try {
    const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
    const found = await Promise.all(lines.map((line) => parseKey(line, COSIGNATURE)));
    const texts = found.map((each) => each.text);
    if (texts.map((each) => `${each}\n`).join("") === text && new Set(texts).size === texts.length) {
      return found;
    }
  } catch (error) {
    throw error instanceof Refused ? wrong : error;
  }
  throw wrong;
}
