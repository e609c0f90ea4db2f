// @ts-check
/**
 * Calculators of scale, sentence for sentence as `havre.web.pages.audit_scale`.
 */

import { general, refusal } from "./errors.js";
import { detections, fleetOutcomes, placesOfPeople } from "./fleet.js";
import { fpir, fpirElsewhere, fpirInterval, requiredFmr, shareOfHits, yearOfSearches } from "./gallery.js";
import { parseNumber, parseRange, parseShare, parseTypedRate } from "./inputs.js";
import { spread } from "./links.js";
import { QUANTITIES, SHARES, checkOutcomes, checksVehicles, inTime, outcomes, searches } from "./sensors.js";
import { MILLION, answer, cell, ends, line, refused, table } from "./writer.js";

/** @typedef {import("./inputs.js").Fields} Fields */
/** @typedef {import("./writer.js").Writer} Writer */
/** @typedef {import("./writer.js").Answer} Answer */
/** @typedef {import("./writer.js").Cell} Cell */
/** @typedef {import("./writer.js").Line} Line */
/** @typedef {import("./rates.js").Rate} Rate */
/** @typedef {{searches: number, mated: number, fnir: number | null}} Asked */

const KINDS = [1, 2, 3];
const MOST_VARIATION = 10;
const TOP = 0.01;

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function scale(fields, write) {
  const sizes = fields.several("gallery", parseSize);
  const rates = fields.several("fmr", parseShare);
  const promised = fields.needed("promised", parseShare);
  const measured = fields.needed("measured", parseTypedRate);
  const tested = fields.needed("tested", parseSize);
  const variation = fields.read("variation", parseVariation) ?? 0;
  const asked = readYear(fields);
  if (fields.areWrong || promised === null || measured === null || tested === null) return refused(fields);
  const rows = sizes.map((size) => [
    cell(write.whole(size)),
    cell(write.rate(requiredFmr(promised, size, variation))),
    carried(measured, tested, size, variation, write),
    ...rates.map((rate) => cell(write.percent(fpir(rate, size, variation)))),
  ]);
  const columns = [
    write.tell("scale.gallery"),
    write.tell("scale.needed", { promised: write.percent(promised) }),
    write.tell("scale.carried", { measured: write.percent(measured.share), tested: write.whole(tested) }),
    ...rates.map((rate) => write.tell("scale.fpir", { fmr: write.rate(rate) })),
  ];
  const largest = Math.max(...sizes);
  const atLargest = fpirElsewhere(measured.share, tested, largest, variation);
  const beyond = line(write.tell("scale.beyond", { tested: write.whole(tested) }), "finding");
  return answer(
    write.icons(atLargest, "scale.icons", { size: write.whole(largest) }),
    table(write.tell("scale.caption"), columns, rows),
    ...(largest > tested ? [beyond] : []),
    ...closing(asked, promised, variation, write),
  );
}

/** @param {Asked} asked @param {number} promised @param {number} variation @param {Writer} write @returns {Line[]} */
function closing({ searches, mated, fnir }, promised, variation, write) {
  const year = yearOfSearches(searches, mated, promised, fnir);
  const facts = { searches: write.whole(searches), hits: write.whole(year.falseHits), fpir: write.percent(promised) };
  const lines = [line(write.tell("scale.year", facts))];
  if (year.missed !== null) {
    const told = { missed: write.whole(year.missed), false: write.percent(year.hitsThatAreFalse) };
    lines.push(line(write.tell("scale.missed", told)));
  }
  if (variation !== 0) {
    const told = { variation: write.decimal(variation), share: write.percent(shareOfHits(TOP, variation)) };
    lines.push(line(write.tell("scale.look_alikes", told)));
  }
  return [...lines, line(write.tell("scale.note"), "note")];
}

/** @param {Fields} fields @returns {Asked} */
function readYear(fields) {
  const searches = fields.needed("searches", parseSearches) ?? 1;
  return { searches, mated: fields.read("mated", parseShare) ?? 0, fnir: fields.read("fnir", parseShare) };
}

/**
 * @param {Rate} measured @param {number} tested @param {number} size @param {number} variation @param {Writer} write
 * @returns {Cell}
 */
function carried(measured, tested, size, variation, write) {
  const value = write.percent(fpirElsewhere(measured.share, tested, size, variation));
  const { share, trials } = measured;
  const found = trials === null ? null : fpirInterval(share * trials, trials, tested, size, variation);
  return cell(size > tested ? `${value} *` : value, write.span(found));
}

/** @param {string} text @returns {number} */
function parseSize(text) {
  const size = MILLION * parseNumber(text);
  if (!(size >= 1 && size <= 1e12)) throw refusal("gallery", { value: general(size) });
  return size;
}

/** @param {string} text @returns {number} */
function parseSearches(text) {
  const searches = MILLION * parseNumber(text);
  if (!(searches > 0 && searches <= 1e12)) throw refusal("no_trials");
  return searches;
}

/** @param {string} text @returns {number} */
function parseVariation(text) {
  const variation = parseNumber(text);
  if (!(variation === 0 || (variation >= 0.01 && variation <= MOST_VARIATION))) {
    throw refusal("variation", { value: general(variation) });
  }
  return variation;
}

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function links(fields, write) {
  const kinds = KINDS.filter((at) => at === 1 || fields.isFilled(`files${at}`) || fields.isFilled(`false${at}`)).map((at) => ({
    files: fields.needed(`files${at}`, parseFiles) ?? 0,
    falseLinks: fields.needed(`false${at}`, parseShare) ?? 0,
    undetected: fields.read(`left${at}`, parseShare) ?? 1,
  }));
  const people = fields.needed("people", parseSize);
  if (fields.areWrong || people === null) return refused(fields);
  const { reach, linked, joined, giant } = spread(kinds);
  const facts = { reach: write.decimal(reach), share: write.percent(linked), people: write.whole(people * linked) };
  const further =
    joined === null
      ? line(write.tell("links.giant", { share: write.percent(giant) }), "finding")
      : line(write.tell("links.joined", { joined: write.decimal(joined) }));
  return answer(
    write.icons(linked, "links.icons"),
    line(write.tell("links.linked", facts)),
    further,
    line(write.tell("links.note"), "note"),
  );
}

/** @param {string} text @returns {number} */
function parseFiles(text) {
  const files = parseNumber(text);
  if (!(files >= 0 && files <= 1e6)) throw refusal("files", { value: general(files) });
  return files;
}

/** @param {Fields} fields @param {Writer} write @returns {Answer} */
export function sensors(fields, write) {
  /** @type {Record<string, [number, number]>} */
  const known = {};
  for (const name of Object.keys(QUANTITIES)) {
    const found = fields.read(name, (text) => parseRange(name, text));
    if (found !== null) known[name] = found;
  }
  if (fields.areWrong) return refused(fields);
  return answer(...(searches(known) ? searched(known, write) : []), ...checked(known, write));
}

/** @typedef {Record<string, [number, number]>} Known */
/** @typedef {import("./writer.js").Block} Block */

/** @param {Known} known @param {Writer} write @returns {Block[]} what a fleet finds, and what happens to people */
function searched(known, write) {
  const computed = outcomes(known);
  const rows = [...fleetOutcomes(known), ...computed].map((one) => row("result", one, write));
  const ways = detections(known);
  const [first, ...further] = Object.values(ways).map((found) => placesOfPeople(known, found));
  const people = first.map((one, at) => [
    ...row("place", one, write),
    ...further.map((places) => outcome(places[at], write)),
  ]);
  const heads = Object.keys(ways).map((basis) => write.tell(`audit.sensor.basis.${basis}`));
  const verdict = inTime(computed);
  return [
    line(write.tell(`audit.sensor.help_${verdict}`), verdict === "always" ? "line" : "finding"),
    table(write.tell("audit.sensor.people"), [write.tell("sensors.place"), ...heads], people),
    ...(heads.length > 1 ? [line(write.tell("audit.sensor.ways"), "finding")] : []),
    line(write.tell("audit.sensor.places"), "note"),
    table(write.tell("sensors.caption"), [write.tell("sensors.result"), write.tell("sensors.range")], rows),
    line(write.tell("sensors.note"), "note"),
    line(write.tell("audit.sensor.fleet"), "note"),
  ];
}

/** @param {Known} known @param {Writer} write @returns {Block[]} what an alarm at a vehicle is worth */
function checked(known, write) {
  if (!checksVehicles(known)) return [];
  const rows = checkOutcomes(known).map((one) => row("result", one, write));
  const columns = [write.tell("sensors.result"), write.tell("sensors.range")];
  return [table(write.tell("sensors.checks"), columns, rows), line(write.tell("audit.sensor.checks_note"), "note")];
}

/** @param {"result" | "place"} kind @param {import("./sensors.js").Outcome} found @param {Writer} write @returns {Cell[]} */
function row(kind, found, write) {
  return [cell(write.tell(`audit.sensor.${kind}.${found.name}`)), outcome(found, write)];
}

/** @param {import("./sensors.js").Outcome} found @param {Writer} write @returns {Cell} */
function outcome({ name, range, lacks }, write) {
  const names = lacks.map((one) => write.tell(`audit.sensor.quantity.${one}`)).join(", ");
  if (range === null) return cell(write.tell("sensors.unknown"), write.tell("sensors.lacks", { names }));
  const isShare = SHARES.includes(name);
  const [low, high] = range.map((end) => (isShare ? write.percent(end) : write.decimal(end)));
  if (lacks.length === 0) return cell(ends(low, high));
  const isOpen = isShare && range[1] >= 1;
  const above = isOpen ? write.tell("audit.sensor.at_least", { value: low }) : ends(low, high);
  const value = range[0] <= 0 ? write.tell("audit.sensor.at_most", { value: high }) : above;
  return cell(value, write.tell("sensors.lacks", { names }));
}
