// @ts-check
/** Checks that the reviewer signed the approval of a release just as the release tells it. */

import { decoded, encoded } from "./bytes.js";
import { isSigned } from "./crypto.js";
import { canonical, isObject, isTime } from "./entries.js";
import { parseKey } from "./notes.js";
import { Refused, named } from "./refused.js";

const FORMAT = "havre-decision/2";
const OVERRIDE = "computed,destination,horizon,origin,reason,reviewer,scope,stated,target_month";
const NEEDED = ["author", "reviewer", "reviewed_at", "draft", "notes", "overrides"];
const MORE = ["supersedes", "corrects", "statement", "signature", "verifier", "author_verifier"];

/**
 * @param {any} review what the manifest tells of the review
 * @param {string} release id
 * @param {string} where file in which it stands
 * @param {import("./notes.js").Key[]} people keys of the people who may act, as the reader knows them; empty if unknown
 * @returns {Promise<{reviewer: string, author: string, overrides: number}>} both keys as text, and how many figures
 *   the reviewer replaced
 * @throws {Refused} nobody reviewed it, the signature is wrong, something else was signed, or the author signed
 */
export async function checkReview(review, release, where, people) {
  if (review === null) {
    throw new Refused("record.verify.not_reviewed", { path: where });
  }
  if (!isReview(review)) {
    throw new Refused("record.verify.manifest", { path: where });
  }
  if (review.author === review.reviewer) {
    throw new Refused("record.reviewed.same", { name: review.author });
  }
  await named(where, () => checkStatement(review, release, where));
  const known = people.map((each) => each.text);
  const strangers = [review.author_verifier, review.verifier].filter((key) => people.length && !known.includes(key));
  if (strangers.length) {
    throw new AggregateError(strangers.map((key) => new Refused("record.verify.person", { path: where, key })));
  }
  return { reviewer: review.verifier, author: review.author_verifier, overrides: review.overrides.length };
}

/** @param {any} review @returns {boolean} whether it has the fields of a review, and no others */
function isReview(review) {
  return (
    isObject(review) &&
    NEEDED.every((name) => name in review) &&
    Object.keys(review).every((name) => NEEDED.includes(name) || MORE.includes(name)) &&
    isTime(review.reviewed_at) &&
    Array.isArray(review.notes) &&
    Array.isArray(review.overrides) &&
    review.overrides.every((/** @type {any} */ each) => isObject(each) && Object.keys(each).sort().join() === OVERRIDE)
  );
}

/** @param {any} review @param {string} release @param {string} where */
async function checkStatement(review, release, where) {
  const verifier = await parseKey(textOrNone(review.verifier));
  const author = await parseKey(textOrNone(review.author_verifier));
  const statement = encoded(textOrNone(review.statement));
  const signature = decoded(textOrNone(review.signature), where);
  if (!(await isSigned(verifier.key, signature, statement))) {
    throw new Refused("record.log.signature", { name: verifier.name });
  }
  const names = verifier.name === review.reviewer && author.name === review.author;
  if (told(review, release) !== review.statement || !names) {
    throw new Refused("record.review.other_statement", { name: verifier.name });
  }
  if (verifier.key.join() === author.key.join()) {
    throw new Refused("record.reviewed.same", { name: author.name });
  }
}

/** @param {unknown} value @returns {string} */
const textOrNone = (value) => (typeof value === "string" ? value : "");

/** @param {any} review @param {string} release @returns {string} the statement that the reviewer must have signed */
function told(review, release) {
  return canonical({
    format: FORMAT,
    release,
    draft: review.draft,
    decision: "approved",
    reviewer: review.verifier,
    at: review.reviewed_at,
    reason: null,
    overrides: review.overrides,
    notes: review.notes,
    author: review.author_verifier,
    supersedes: review.supersedes ?? null,
    corrects: review.corrects ?? null,
  });
}
