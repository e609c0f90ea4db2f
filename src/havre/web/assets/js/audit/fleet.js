// @ts-check
/**
 * What a fleet does in an hour and on a kilometre, and what happens to people between detection and rescue, as
 * `havre.audit.fleet`.
 *
 * Source: Little JDC (1961), doi:10.1287/opre.9.3.383.
 */

import { combined, known, outcomeOf, outcomes, shareOf } from "./sensors.js";

/** @typedef {import("./sensors.js").Range} Range */
/** @typedef {import("./sensors.js").Outcome} Outcome */
/** @typedef {import("./sensors.js").Formula} Formula */
/** @typedef {Record<string, Range>} Figures */

const BASES = { by_search: "found_by_search", in_looks: "found_in_looks" };

/** @param {Figures} figures @returns {Outcome[]} false alarms in an hour and on a kilometre, and area in the time given */
export function fleetOutcomes(figures) {
  /** @type {[string, string[], Formula][]} */
  const made = [
    ["false_alarms_in_an_hour", ["false_alarms_per_hour", "sensors"], (f, n) => f * n],
    ["false_alarms_per_km_hour", ["false_alarms_per_hour", "sensors", "length_km"], (f, n, km) => (f * n) / km],
    [
      "area_in_time",
      ["sweep_width_km", "speed_kmh", "availability", "sensors", "hours"],
      (w, v, a, n, t) => w * v * a * n * t,
    ],
  ];
  return made.map(([name, needed, formula]) => outcomeOf(figures, name, needed, formula));
}

/** @param {Figures} figures @returns {Record<string, Outcome>} share detected, in each way in which it is known */
export function detections(figures) {
  /** @type {Record<string, Outcome>} */
  const ways = {};
  if (figures.detection) ways.published = { name: "detected", range: figures.detection, lacks: [] };
  const computed = outcomes(figures);
  for (const [basis, name] of Object.entries(BASES)) {
    const found = computed.find((one) => one.name === name);
    if (found && found.range !== null) ways[basis] = { ...found, name: "detected" };
  }
  return Object.keys(ways).length > 0 ? ways : { unknown: { name: "detected", range: null, lacks: ["detection"] } };
}

/**
 * @param {Figures} figures
 * @param {Outcome} found the share detected
 * @returns {Outcome[]} each place in which people are in the end, as a share of all, and what alarms are worth
 */
export function placesOfPeople(figures, found) {
  const computed = outcomes(figures);
  const names = ["acted_on", "returned", "targets_per_hour", "false_alarms_per_hour", "sensors", "availability"];
  const parts = {
    ...Object.fromEntries(names.map((name) => [name, known(figures, name)])),
    detection: found,
    timely: timely(computed),
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
    [
      "true_alarms",
      ["targets_per_hour", "detection", "false_alarms_per_hour", "sensors", "availability"],
      (t, d, f, n, a) => shareOf(t * d, f * n * a),
    ],
  ];
  return [found, ...places.map(([name, needed, formula]) => combined(parts, name, needed, formula))];
}

/** @param {Outcome[]} computed @returns {Outcome} share of those whom help goes to whom it reaches in time */
function timely(computed) {
  const left = /** @type {Outcome} */ (computed.find((one) => one.name === "minutes_left"));
  if (left.range === null) return { name: "timely", range: null, lacks: left.lacks };
  const [low, high] = left.range.map((end) => (end >= 0 ? 1 : 0));
  return { name: "timely", range: [low, high], lacks: [] };
}
