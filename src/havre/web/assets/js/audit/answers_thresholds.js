// @ts-check
/**
 * Calculator of thresholds, sentence for sentence as `havre.web.pages.audit_thresholds`.
 */

import { general, refusal } from "./errors.js";
import { parseNumber, parseShare } from "./inputs.js";
import { areas, choose, consequences, uselessPoints } from "./roc.js";
import { checkBaseRate } from "./screening.js";
import { MILLION, answer, cell, line, refused, table } from "./writer.js";

/** @typedef {import("./inputs.js").Fields} Fields */
/** @typedef {import("./writer.js").Writer} Writer */
/** @typedef {import("./writer.js").Cell} Cell */
/** @typedef {import("./roc.js").RocPoint} RocPoint */

const ROWS = [1, 2, 3, 4, 5];
const MOST_BASES = 4;
const MOST_WEIGHT = 1e6;

/** @param {Fields} fields @param {Writer} write @returns {import("./writer.js").Answer} */
export function thresholds(fields, write) {
  const points = ROWS.map((at) => readPoint(fields, at)).filter((point) => point !== null);
  const bases = fields.several("base_rate", parseBase, MOST_BASES);
  const weights = fields.several("weight", parseWeight, MOST_BASES);
  if (fields.areWrong) return refused(fields);
  let found;
  try {
    found = { area: areas(points), useless: uselessPoints(points) };
  } catch (error) {
    fields.refuse("threshold1", error);
    return refused(fields);
  }
  const { low, high, trapezoid } = found.area;
  const bounds = { low: write.decimal(low), high: write.decimal(high), trapezoid: write.decimal(trapezoid) };
  const named = found.useless.map((point) => write.plain(point.threshold)).join(", ");
  const rows = bases.flatMap((base) => points.map((point) => row(point, base, write)));
  const choices = bases.flatMap((base) => weights.map((weight) => choice(points, base, weight, write)));
  const columns = ["base_rate", "threshold", "flagged", "wrongly", "missed", "ppv"];
  return answer(
    ...(named ? [line(write.tell("audit.roc.useless", { thresholds: named }), "finding")] : []),
    table(write.tell("audit.roc.title"), columnsOf(columns, write), rows),
    line(write.tell("audit.roc.area", bounds)),
    table(write.tell("audit.roc.choice"), columnsOf(["base_rate", "weight", "best", "cost"], write), choices),
    line(write.tell("audit.roc.assumption"), "note"),
  );
}

/** @param {string[]} names @param {Writer} write @returns {string[]} */
const columnsOf = (names, write) => names.map((name) => write.tell(`audit.roc.column.${name}`));

/** @param {Fields} fields @param {number} at @returns {RocPoint | null} */
function readPoint(fields, at) {
  const names = [`threshold${at}`, `sensitivity${at}`, `specificity${at}`];
  if (at > 1 && !names.some((name) => fields.isFilled(name))) return null;
  const threshold = fields.needed(names[0], parseNumber);
  const [sensitivity, specificity] = names.slice(1).map((name) => fields.needed(name, parseShare));
  if (threshold === null || sensitivity === null || specificity === null) return null;
  return { threshold, sensitivity, specificity };
}

/** @param {string} text @returns {number} */
function parseBase(text) {
  const share = parseShare(text);
  checkBaseRate(share);
  return share;
}

/** @param {string} text @returns {number} */
function parseWeight(text) {
  const weight = parseNumber(text);
  if (!(weight > 0 && weight <= MOST_WEIGHT)) throw refusal("weight", { value: general(weight) });
  return weight;
}

/** @param {RocPoint} point @param {number} base @param {Writer} write @returns {Cell[]} */
function row(point, base, write) {
  const { flagged, wrongly, missed, ppv } = consequences(point, base);
  const people = [flagged, wrongly, missed].map((share) => cell(write.whole(MILLION * share)));
  return [cell(write.percent(base)), cell(write.plain(point.threshold)), ...people, cell(write.percent(ppv))];
}

/** @param {RocPoint[]} points @param {number} base @param {number} weight @param {Writer} write @returns {Cell[]} */
function choice(points, base, weight, write) {
  const { best, cost } = choose(points, base, weight);
  const named = typeof best === "string" ? write.tell(`audit.roc.${best}`) : write.plain(best.threshold);
  return [cell(write.percent(base)), cell(write.plain(weight)), cell(named), cell(write.whole(MILLION * cost))];
}
