// @ts-check
/**
 * What cannot be computed: the same keys and fields as the `AuditError` of Python, so that one catalogue has the words.
 */

/** @typedef {{key: string, fields: Record<string, string>}} Problem */

export class AuditError extends Error {
  /** @param {Problem[]} problems what is wrong, all at once */
  constructor(problems) {
    super(problems.map((one) => one.key).join(", "));
    this.problems = problems;
  }
}

/**
 * @param {string} key of the catalogue of errors, without `audit.`
 * @param {Record<string, string | number>} [fields]
 * @returns {Problem}
 */
export function problem(key, fields = {}) {
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return { key: `audit.${key}`, fields: Object.fromEntries(texts) };
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [fields]
 * @returns {AuditError}
 */
export function refusal(key, fields = {}) {
  return new AuditError([problem(key, fields)]);
}

/** @param {Problem[]} problems thrown together, if there are any */
export function checkNone(problems) {
  if (problems.length > 0) throw new AuditError(problems);
}

/**
 * Refuse every value that is not a share.
 *
 * @param {number[]} shares
 * @returns {Problem[]}
 */
export function notShares(shares) {
  return shares.filter((share) => !(share >= 0 && share <= 1)).map((share) => problem("share", { share: general(share) }));
}

/**
 * Write a number as `%g` of C does: six digits, no needless noughts, powers of ten where it is very small or large.
 *
 * @param {number} value
 * @returns {string}
 */
export function general(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits, power] = value.toExponential(5).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(value.toPrecision(6)));
  const raised = String(Math.abs(exponent)).padStart(2, "0");
  return `${Number(digits)}e${exponent < 0 ? "-" : "+"}${raised}`;
}
