// @ts-check
/**
 * What a fleet does in an hour and on a kilometre, and what happens to people between detection and rescue, as
 * `havre.audit.fleet`.
 *
 * Source: Little JDC (1961), doi:10.1287/opre.9.3.383.
 */

import { corners, outcomes } from "./sensors.js";

/** @typedef {import("./sensors.js").Range} Range */
/** @typedef {import("./sensors.js").Outcome} Outcome */
/** @typedef {Record<string, Range>} Figures */
/** @typedef {Record<string, Outcome>} Parts */
/** @typedef {(...values: number[]) => number} Formula */

/** @param {Figures} figures @returns {Outcome[]} false alarms in an hour and on a kilometre, and area in the time given */
export function fleetOutcomes(figures) {
  /** @type {[string, string[], Formula][]} */
  const made = [
    ["false_alarms_in_an_hour", ["false_alarms_per_hour", "sensors"], (f, n) => f * n],
    ["false_alarms_per_km_hour", ["false_alarms_per_hour", "sensors", "length_km"], (f, n, km) => (f * n) / km],
    ["area_in_time", ["sweep_width_km", "speed_kmh", "availability", "hours"], (w, v, a, t) => w * v * a * t],
  ];
  return made.map(([name, needed, formula]) => {
    const parts = Object.fromEntries(needed.map((each) => [each, known(figures, each)]));
    return combined(parts, name, needed, formula);
  });
}

/** @param {Figures} figures @returns {Outcome[]} each place in which people are in the end, as a share of all */
export function placesOfPeople(figures) {
  const computed = outcomes(figures);
  const found = detection(figures, computed);
  /** @type {Parts} */
  const parts = {
    detection: found,
    acted_on: known(figures, "acted_on"),
    returned: known(figures, "returned"),
    timely: timely(computed),
    targets_per_hour: known(figures, "targets_per_hour"),
    minutes: /** @type {Outcome} */ (computed.find((one) => one.name === "minutes_to_help")),
  };
  /** @type {[string, string[], Formula][]} */
  const places = [
    ["not_detected", ["detection"], (d) => 1 - d],
    ["nobody_acts", ["detection", "acted_on"], (d, a) => d * (1 - a)],
    ["returned", ["detection", "acted_on", "returned"], (d, a, r) => d * a * r],
    ["too_late", ["detection", "acted_on", "returned", "timely"], (d, a, r, t) => d * a * (1 - r) * (1 - t)],
    ["in_time", ["detection", "acted_on", "returned", "timely"], (d, a, r, t) => d * a * (1 - r) * t],
    ["waiting", ["targets_per_hour", "detection", "acted_on", "minutes"], (n, d, a, m) => (n * d * a * m) / 60],
  ];
  return [found, ...places.map(([name, needed, formula]) => combined(parts, name, needed, formula))];
}

/** @param {Figures} figures @param {Outcome[]} computed @returns {Outcome} as published, else by search, else in looks */
function detection(figures, computed) {
  if (figures.detection) return { name: "detected", range: figures.detection, lacks: [] };
  const searched = ["found_by_search", "found_in_looks"].map((name) => computed.find((one) => one.name === name)?.range);
  const range = searched.find((one) => one) ?? null;
  return { name: "detected", range, lacks: range ? [] : ["detection"] };
}

/** @param {Figures} figures @param {string} name @returns {Outcome} */
function known(figures, name) {
  return figures[name] ? { name, range: figures[name], lacks: [] } : { name, range: null, lacks: [name] };
}

/** @param {Outcome[]} computed @returns {Outcome} share of those whom help goes to whom it reaches in time */
function timely(computed) {
  const left = /** @type {Outcome} */ (computed.find((one) => one.name === "minutes_left"));
  if (left.range === null) return { name: "timely", range: null, lacks: left.lacks };
  const [low, high] = left.range.map((end) => (end >= 0 ? 1 : 0));
  return { name: "timely", range: [low, high], lacks: [] };
}

/** @param {Parts} parts @param {string} name @param {string[]} needed @param {Formula} formula @returns {Outcome} */
function combined(parts, name, needed, formula) {
  const lacks = [...new Set(needed.flatMap((each) => parts[each].lacks))];
  const ranges = needed.map((each) => parts[each].range).filter((range) => range !== null);
  if (lacks.length > 0 || ranges.length < needed.length) return { name, range: null, lacks };
  const values = corners(ranges).map((corner) => formula(...corner));
  return { name, range: [Math.min(...values), Math.max(...values)], lacks: [] };
}
