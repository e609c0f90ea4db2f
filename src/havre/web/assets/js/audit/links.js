// @ts-check
/**
 * False links between files of different people, as `havre.audit.links`, and how far they reach.
 *
 * Source: Newman MEJ, Strogatz SH, Watts DJ (2001), doi:10.1103/PhysRevE.64.026118.
 */

import { checkNone, general, notShares, problem, refusal } from "./errors.js";
import { root } from "./solve.js";

/** @typedef {{files: number, falseLinks: number, undetected: number}} LinkKind */

/**
 * @param {LinkKind[]} kinds ways to find links: files of one person, chance of a false link, share that stays
 * @returns {{reach: number, linked: number, joined: number | null, giant: number}}
 */
export function spread(kinds) {
  if (kinds.length === 0) throw refusal("no_checks");
  kinds.forEach(checkKind);
  const reach = kinds.reduce((sum, kind) => sum + 2 * kind.files * kind.falseLinks * kind.undetected, 0);
  const joined = reach < 1 ? reach / (1 - reach) : null;
  return { reach, linked: -Math.expm1(-reach), joined, giant: reach > 1 ? giant(reach) : 0 };
}

/** @param {number} reach above 1 @returns {number} share g of all people in one heap: 1 − g = e^(−reach · g) */
function giant(reach) {
  return root((share) => share + Math.expm1(-reach * share), (reach - 1) / reach ** 2, 1, 1e-17);
}

/** @param {LinkKind} kind */
function checkKind({ files, falseLinks, undetected }) {
  const problems = notShares([falseLinks, undetected]);
  if (!(files >= 0 && files < Infinity)) problems.push(problem("files", { value: general(files) }));
  checkNone(problems);
}
