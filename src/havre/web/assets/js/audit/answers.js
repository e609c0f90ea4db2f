// @ts-check
/**
 * Every calculator by its name, and what it answers to the texts of a form.
 */

import { chains, intervals, questions, rates } from "./answers_rates.js";
import { links, scale, sensors } from "./answers_scale.js";
import { thresholds } from "./answers_thresholds.js";
import { Fields } from "./inputs.js";
import { Writer } from "./writer.js";

/** @typedef {{blocks: import("./writer.js").Block[], problems: Record<string, string[]>}} Told */

const CALCULATORS = { rates, intervals, questions, chain: chains, thresholds, scale, links, sensors };

/**
 * @param {string} calculator
 * @param {Record<string, string>} texts what stands in each field
 * @param {import("./numbers.js").Language} language
 * @param {Record<string, string>} words
 * @returns {Told} blocks, or sentences about the fields that are wrong
 */
export function answerOf(calculator, texts, language, words) {
  const write = new Writer(language, words);
  const compute = CALCULATORS[/** @type {keyof typeof CALCULATORS} */ (calculator)];
  const { blocks, problems } = compute(new Fields(texts), write);
  const told = Object.entries(problems).map(([name, found]) => [name, found.map((one) => write.tell(one.key, one.fields))]);
  return { blocks, problems: Object.fromEntries(told) };
}
