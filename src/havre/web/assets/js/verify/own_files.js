// @ts-check
/** Compares files of the reader's own device with the manifest of a release; nothing leaves the device. */

import { digest } from "./crypto.js";
import { filesAt } from "./fetching.js";
import { Refused } from "./refused.js";
import { MANIFEST, parseManifest } from "./release.js";
import { say, sayRefused } from "./words.js";

const facts = JSON.parse(document.getElementById("own-file-facts")?.textContent ?? "null");
const chooser = document.getElementById("own-file");
const list = document.getElementById("own-file-found");

/** @returns {Promise<Map<string, string>>} path of each file of the release by its SHA-256 */
async function pathsByDigest() {
  const data = await filesAt(facts.files)(MANIFEST);
  if (data === null) {
    throw new Refused("record.verify.missing", { path: MANIFEST });
  }
  const paths = new Map([[await digest(data), MANIFEST]]);
  for (const [path, told] of Object.entries(parseManifest(data).files)) {
    paths.set(told, path);
  }
  return paths;
}

/** @param {string} text @param {string} kind */
function tell(text, kind) {
  const item = document.createElement("li");
  item.textContent = text;
  item.className = kind;
  list?.append(item);
}

/** @param {Iterable<File>} files */
async function compare(files) {
  list?.replaceChildren();
  try {
    const known = await pathsByDigest();
    for (const file of files) {
      const found = await digest(new Uint8Array(await file.arrayBuffer()));
      const path = known.get(found);
      const fields = { name: file.name, digest: found, path: path ?? "" };
      tell(say(facts.texts, path ? "verify.file_known" : "verify.file_unknown", fields), path ? "good" : "flag");
    }
  } catch (error) {
    const reason = error instanceof Refused ? sayRefused(facts.texts, error) : String(error);
    tell(say(facts.texts, "verify.file_manifest", { reason }), "flag");
  }
}

if (facts && chooser instanceof HTMLInputElement) {
  chooser.addEventListener("change", () => compare(chooser.files ?? []));
}
