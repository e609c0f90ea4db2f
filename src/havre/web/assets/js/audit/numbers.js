// @ts-check
/**
 * Numbers as a language writes them, digit for digit as `havre.audit.report.numbers` of Python.
 */

/** @typedef {"en" | "fr"} Language */
/** @typedef {import("./intervals.js").Interval} Interval */

export const SPACE = "\u00a0";
export const DASH = "–";
/** The per cent sign as a language joins it to its number: French keeps a narrow space that does not break. */
export const PERCENT = { en: "%", fr: "\u202f%" };
const ABOVE = { en: ">", fr: `>${SPACE}` };
const MARKS = { en: { group: ",", point: "." }, fr: { group: "\u202f", point: "," } };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SMALLEST_PLAIN = 1e-4;
const NEARLY_ALL = 0.999;

/**
 * Round to so many significant digits, exact halves to the even digit, as Python does.
 *
 * @param {number} value
 * @param {number} digits
 * @returns {number}
 */
export function significant(value, digits) {
  const [mantissa, exponent] = Math.abs(value).toExponential(60).split("e");
  const plain = mantissa.replace(".", "");
  const [kept, rest] = [plain.slice(0, digits), plain.slice(digits)];
  const isHalf = /^50*$/.test(rest);
  const isUp = isHalf ? Number(kept.at(-1)) % 2 === 1 : rest[0] >= "5";
  const whole = BigInt(kept) + (isUp ? 1n : 0n);
  return Math.sign(value) * Number(`${whole}e${Number(exponent) - digits + 1}`);
}

/** @param {number} value @returns {number} the nearest whole number, halves to the even one */
function roundToEven(value) {
  const below = Math.floor(value);
  const over = value - below;
  return over === 0.5 ? below + (below % 2 === 0 ? 0 : 1) : Math.round(value);
}

/** @param {number} value @param {Language} language @returns {string} with marks of thousands, at most ten decimals */
function grouped(value, language) {
  const { group, point } = MARKS[language];
  const [whole, decimals = ""] = Math.abs(value).toFixed(10).replace(/\.?0+$/, "").split(".");
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${value < 0 ? "−" : ""}${marked}${decimals && point}${decimals}`;
}

/** @param {number} value @param {Language} language @returns {string} a count */
export function whole(value, language) {
  return grouped(roundToEven(value), language);
}

/** @param {number} value @param {Language} language @param {number} [digits] @returns {string} */
export function decimal(value, language, digits = 3) {
  return grouped(value === 0 ? 0 : significant(value, digits), language);
}

/** @param {number} value @param {Language} language @returns {string} a small number as a power of ten */
export function power(value, language) {
  let exponent = Number(value.toExponential().split("e")[1]);
  let factor = roundToEven(10 * Number(`${value.toExponential().split("e")[0]}`)) / 10;
  if (factor === 10) [factor, exponent] = [1, exponent + 1];
  const raised = [...String(exponent)].map((one) => (one === "-" ? "⁻" : RAISED[Number(one)])).join("");
  return factor === 1 ? `10${raised}` : `${decimal(factor, language, 2)}${SPACE}×${SPACE}10${raised}`;
}

/** @param {number} share @param {Language} language @returns {string} a share in per cent; tiny ones in powers of ten */
export function percent(share, language) {
  const sign = PERCENT[language];
  if (share > 0 && share < SMALLEST_PLAIN / 100) return `${power(100 * share, language)}${sign}`;
  if (share < 1 && 1 - share < SMALLEST_PLAIN) return `${ABOVE[language]}${decimal(99.99, language, 4)}${sign}`;
  const digits = share >= NEARLY_ALL && share < 1 ? 4 : 3;
  return `${decimal(100 * share, language, digits)}${sign}`;
}

/** @param {Interval | null} found @param {Language} language @returns {string} an interval of shares; "" without one */
export function span(found, language) {
  if (!found) return "";
  const [low, high] = [found.low, found.high].map((end) => percent(end, language));
  if (low === high) return low;
  const sign = PERCENT[language];
  return `${low.endsWith(sign) ? low.slice(0, -sign.length) : low}${DASH}${high}`;
}

/**
 * @param {Interval | null} found
 * @param {Language} language
 * @param {number} people
 * @returns {string} an interval of shares as persons of so many; "" without one
 */
export function spanOf(found, language, people) {
  return found ? `${whole(people * found.low, language)}${DASH}${whole(people * found.high, language)}` : "";
}
