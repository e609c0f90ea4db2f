// @ts-check
/**
 * Calculators of rates, sentence for sentence as `havre.web.pages.audit_rates`.
 */

import { chain } from "./chain.js";
import { general, refusal } from "./errors.js";
import { parseBaseRate, parseCount, parseShare, parseTypedRate, partsOf } from "./inputs.js";
import { LEVEL, METHODS } from "./intervals.js";
import { chanceOfFlags } from "./questions.js";
import { Screening, contradict, disagree, findings } from "./screening.js";
import { DASH, MILLION, PEOPLE, answer, cell, ends, line, refused, table } from "./writer.js";

/** @typedef {import("./inputs.js").Fields} Fields */
/** @typedef {import("./inputs.js").BaseRate} BaseRate */
/** @typedef {import("./writer.js").Writer} Writer */
/** @typedef {import("./writer.js").Answer} Answer */
/** @typedef {import("./writer.js").Cell} Cell */
/** @typedef {import("./writer.js").Block} Block */
/** @typedef {import("./intervals.js").Interval} Interval */

const MOST_QUESTIONS = 1000;
const MOST_BASES = 4;
const CHECKS = [1, 2, 3];
/** What a probability may differ from 0 by rounding. */
const ROUNDED = 1e-12;

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function intervals(fields, write) {
  const found = fields.several("rates", counted);
  const level = readLevel(fields);
  if (fields.areWrong) return refused(fields);
  const texts = partsOf(fields.texts.rates).map((part) => part.trim());
  const rows = found.map((rate, at) => [
    cell(texts[at]),
    cell(write.percent(rate.share)),
    ...METHODS.map((method) => cell(write.span(rate.interval(method, level)))),
  ]);
  const columns = ["rate", "share", "clopper_pearson", "wilson", "jeffreys"];
  const caption = write.tell("intervals.caption", { level: write.percent(level) });
  const unlike = texts.filter((_, at) => found[at].isAttainable === false);
  return answer(
    ...unlike.map((rate) => line(write.tell("intervals.not_people", { rate }), "finding")),
    table(caption, columns.map((each) => write.tell(`intervals.${each}`)), rows),
    line(write.tell("intervals.note"), "note"),
  );
}

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function rates(fields, write) {
  const checks = [readCheck(fields, "sensitivity", "specificity")];
  if (fields.isFilled("sensitivity2") || fields.isFilled("specificity2")) {
    checks.push(readCheck(fields, "sensitivity2", "specificity2"));
  }
  const bases = fields.several("base_rate", parseBaseRate, MOST_BASES);
  const level = readLevel(fields);
  if (fields.areWrong) return refused(fields);
  const claims = checks.filter((check) => check !== null);
  /** @type {Block[]} */
  const blocks = [];
  claims.forEach((check, at) => {
    if (claims.length > 1) {
      const shares = [check.sensitivity, check.specificity].map((rate) => write.percent(rate.share)).join(" / ");
      blocks.push(line(write.tell("rates.claim", { number: String(at + 1), rates: shares }), "heading"));
    }
    blocks.push(...screen(check, bases, level, write));
  });
  if (claims.length > 1 && contradict(claims[0], claims[1], level)) {
    blocks.push(line(write.tell("rates.contradiction"), "finding"));
  } else if (claims.length > 1 && disagree(claims[0], claims[1])) {
    blocks.push(line(write.tell("rates.disagreement"), "finding"));
  }
  return answer(...blocks, line(write.tell("rates.note"), "note"));
}

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function questions(fields, write) {
  const asked = fields.needed("questions", (text) => parseCount(text, MOST_QUESTIONS));
  const flags = fields.needed("flags", (text) => parseCount(text, MOST_QUESTIONS));
  const passed = fields.needed("specificity", parseShare);
  const alike = fields.several("correlation", parseShare);
  if (fields.areWrong || asked === null || flags === null || passed === null) return refused(fields);
  /** @type {number[]} */
  let chances;
  try {
    chances = alike.map((each) => chanceOfFlags(flags, asked, 1 - passed, each));
  } catch (error) {
    fields.refuse(asked < 1 ? "questions" : "flags", error);
    return refused(fields);
  }
  const facts = { flags: write.whole(flags), questions: write.whole(asked) };
  const pictures = alike.slice(0, 2).map((each, at) => {
    const key = each === 0 ? "questions.icons_independent" : "questions.icons";
    return write.icons(chances[at], key, { correlation: write.decimal(each), ...facts });
  });
  const rows = alike.map((each, at) => [cell(write.decimal(each)), cell(write.percent(chances[at]))]);
  const columns = [write.tell("questions.correlation"), write.tell("questions.chance")];
  return answer(
    ...pictures,
    table(write.tell("questions.caption", facts), columns, rows),
    line(write.tell("questions.expected", { expected: write.decimal(asked * (1 - passed)) })),
    line(write.tell("questions.note"), "note"),
  );
}

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function chains(fields, write) {
  const used = CHECKS.filter(
    (at) => at === 1 || fields.isFilled(`sensitivity${at}`) || fields.isFilled(`specificity${at}`),
  );
  const read = used.map((at) => [`sensitivity${at}`, `specificity${at}`].map((name) => fields.needed(name, parseShare) ?? 0));
  if (fields.areWrong) return refused(fields);
  const rule = fields.texts.rule === "all" ? "all" : "any";
  const people = {
    with: chain(read.map(([sensitivity]) => sensitivity), rule),
    without: chain(read.map(([, specificity]) => 1 - specificity), rule),
  };
  const rows = Object.entries(people).map(([who, found]) => [
    cell(write.tell(`chain.${who}`)),
    cell(write.percent(found.independent)),
    cell(ends(write.percent(found.lowest), write.percent(found.highest))),
  ]);
  const columns = ["who", "independent", "bounds"].map((each) => write.tell(`chain.${each}`));
  return answer(
    write.icons(people.without.independent, "chain.icons"),
    table(write.tell(`chain.caption_${rule}`), columns, rows),
    line(write.tell("chain.note"), "note"),
  );
}

/** @param {Fields} fields @returns {number} */
function readLevel(fields) {
  return fields.read("level", parseLevel) || LEVEL;
}

/** @param {string} text @returns {number} */
function parseLevel(text) {
  const level = parseShare(text);
  if (!(level > 0 && level < 1)) throw refusal("level", { level: general(level) });
  return level;
}

/** @param {string} text @returns {import("./rates.js").Rate} */
function counted(text) {
  const rate = parseTypedRate(text);
  if (rate.trials === null) throw refusal("unknown_trials");
  return rate;
}

/** @param {Fields} fields @param {string} sensitivity @param {string} specificity @returns {Screening | null} */
function readCheck(fields, sensitivity, specificity) {
  const [one, other] = [sensitivity, specificity].map((name) => fields.needed(name, parseTypedRate));
  return one && other ? new Screening(one, other) : null;
}

/** @param {Screening} check @param {BaseRate[]} bases @param {number} level @param {Writer} write @returns {Block[]} */
function screen(check, bases, level, write) {
  const warned = findings(check).map((key) => line(write.tell(`audit.finding.${key}`), "finding"));
  const honest = check.specificity.complement;
  const bounds = write.spanOf(honest.interval("clopper-pearson", level), PEOPLE);
  const pictures = [write.icons(honest.share, bounds ? "rates.icons_bounds" : "rates.icons", { bounds })];
  const worth = check.ppv(bases[0].low);
  if (worth !== null) {
    const around = write.spanOf(check.ppvInterval(bases[0].low, level), PEOPLE);
    const key = around ? "rates.icons_worth_bounds" : "rates.icons_worth";
    pictures.push(write.icons(worth, key, { base_rate: write.percent(bases[0].low), bounds: around }));
  }
  const columns = ["base_rate", "flagged", "wrongly", "ppv", "npv"].map((each) => write.tell(`rates.${each}`));
  const rows = bases.map((base) => row(check, base, level, write));
  const caption = write.tell("rates.caption", { level: write.percent(level) });
  return [...warned, ...pictures, table(caption, columns, rows), ...closing(check, level, write)];
}

/** @param {Screening} check @param {number} level @param {Writer} write @returns {Block[]} */
function closing(check, level, write) {
  const [even, around, better] = [check.breakEven(), check.breakEvenInterval(0.5, level), check.chanceBetterThanCoin];
  const key = even === null ? "rates.no_break_even" : around ? "rates.break_even_bounds" : "rates.break_even";
  const lines = [line(write.tell(key, { rate: write.percent(even), bounds: write.span(around) }))];
  if (better !== null) {
    lines.push(line(write.tell("rates.coin", { chance: write.percent(better > ROUNDED ? better : 0) })));
  }
  return [...lines, line(write.tell("rates.no_groups"))];
}

/** @param {Screening} check @param {BaseRate} base @param {number} level @param {Writer} write @returns {Cell[]} */
function row(check, { low, high }, level, write) {
  const bases = low === high ? [low] : [low, high];
  /** @param {(base: number) => number} value @param {(base: number) => Interval | null} interval @returns {Cell} */
  const people = (value, interval) => {
    const found = hull(bases.map(interval));
    const range = found ? `${write.whole(MILLION * found.low)}${DASH}${write.whole(MILLION * found.high)}` : "";
    return cell(ends(write.whole(MILLION * value(low)), write.whole(MILLION * value(high))), range);
  };
  /** @param {(base: number) => number | null} value @param {(base: number) => Interval | null} interval @returns {Cell} */
  const share = (value, interval) =>
    cell(ends(write.percent(value(low)), write.percent(value(high))), write.span(hull(bases.map(interval))));
  return [
    cell(ends(write.percent(low), write.percent(high))),
    people((base) => check.flagged(base), (base) => check.flaggedInterval(base, level)),
    people((base) => check.flaggedWrongly(base), (base) => check.flaggedWronglyInterval(base, level)),
    share((base) => check.ppv(base), (base) => check.ppvInterval(base, level)),
    share((base) => check.npv(base), (base) => check.npvInterval(base, level)),
  ];
}

/** @param {(Interval | null)[]} found @returns {Interval | null} */
function hull(found) {
  const known = found.filter((one) => one !== null);
  if (known.length === 0) return null;
  return { low: Math.min(...known.map((one) => one.low)), high: Math.max(...known.map((one) => one.high)), level: known[0].level };
}
