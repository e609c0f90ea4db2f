// @ts-check
/**
 * Sensors and fleets from their spec sheets, as `havre.audit.sensors`: ranges carried through, unknowns kept unknown.
 *
 * A fleet of n is n sensors alike that search the same area independently; a share that is unknown lies from 0 to 1.
 *
 * Source: Koopman BO (1956), The theory of search II, doi:10.1287/opre.4.5.503.
 */

/** @typedef {[number, number]} Range lowest and highest value */
/** @typedef {{name: string, range: Range | null, lacks: string[]}} Outcome a range holds whatever it lacks */
/** @typedef {(...values: number[]) => number} Formula */
/** @typedef {Record<string, Outcome>} Parts */

/** Quantities with their largest value; units as their names say, shares from 0 to 1. */
export const QUANTITIES = {
  sweep_width_km: Infinity, speed_kmh: Infinity, availability: 1, area_km2: Infinity, hours: Infinity,
  detection_per_look: 1, looks: Infinity, sensors: Infinity, length_km: Infinity,
  false_alarms_per_hour: Infinity, targets_per_hour: Infinity, confirm_minutes: Infinity,
  alert_minutes: Infinity, distance_km: Infinity, rescue_speed_kmh: Infinity, survival_minutes: Infinity,
  detection: 1, acted_on: 1, returned: 1,
  occupied_share: 1, detection_per_check: 1, false_alarms_per_check: 1, checks_per_day: Infinity,
};
/** Quantities of checks of vehicles. */
export const OF_CHECKS = ["occupied_share", "detection_per_check", "false_alarms_per_check", "checks_per_day"];
/** Results that are shares. */
export const SHARES = [
  "found_by_one", "found_by_search", "found_in_looks", "true_alarms", "detected", "not_detected", "nobody_acts",
  "returned", "too_late", "in_time", "timely", "true_checks", "empty_but_clear",
];
const DIVISORS = ["area_km2", "length_km", "rescue_speed_kmh"];

/** @param {number} confirm @param {number} alert @param {number} distance @param {number} speed @returns {number} */
const helpMinutes = (confirm, alert, distance, speed) => confirm + alert + (60 * distance) / speed;

/** @type {Record<string, [string[], Formula]>} what is computed, from which quantities, and how */
export const RESULTS = {
  area_of_one: [["sweep_width_km", "speed_kmh", "availability"], (w, v, a) => w * v * a],
  area_per_hour: [["sweep_width_km", "speed_kmh", "availability", "sensors"], (w, v, a, n) => w * v * a * n],
  found_by_one: [
    ["sweep_width_km", "speed_kmh", "availability", "hours", "area_km2"],
    (w, v, a, t, area) => -Math.expm1((-w * v * a * t) / area),
  ],
  found_by_search: [
    ["sweep_width_km", "speed_kmh", "availability", "sensors", "hours", "area_km2"],
    (w, v, a, n, t, area) => -Math.expm1((-w * v * a * n * t) / area),
  ],
  found_in_looks: [["detection_per_look", "looks"], (p, n) => 1 - (1 - p) ** n],
  false_alarms_per_day: [["false_alarms_per_hour", "sensors", "availability"], (f, n, a) => 24 * f * n * a],
  false_alarms_per_km_day: [
    ["false_alarms_per_hour", "sensors", "availability", "length_km"],
    (f, n, a, km) => (24 * f * n * a) / km,
  ],
  minutes_to_help: [["confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"], helpMinutes],
  minutes_left: [
    ["survival_minutes", "confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"],
    (survival, ...way) => survival - helpMinutes(.../** @type {[number, number, number, number]} */ (way)),
  ],
};

/** @type {Record<string, [string[], Formula]>} what follows of checks of vehicles, one alarm or none for each */
export const CHECKS = {
  true_checks: [
    ["occupied_share", "detection_per_check", "false_alarms_per_check"],
    (o, d, f) => shareOf(o * d, (1 - o) * f),
  ],
  empty_but_clear: [
    ["occupied_share", "detection_per_check", "false_alarms_per_check"],
    (o, d, f) => shareOf(o * (1 - d), (1 - o) * (1 - f)),
  ],
  found_per_day: [["checks_per_day", "occupied_share", "detection_per_check"], (n, o, d) => n * o * d],
  missed_per_day: [["checks_per_day", "occupied_share", "detection_per_check"], (n, o, d) => n * o * (1 - d)],
  false_checks_per_day: [["checks_per_day", "occupied_share", "false_alarms_per_check"], (n, o, f) => n * (1 - o) * f],
};

/** @param {number} one @param {number} other @returns {number} the first in both; 0 of none */
export function shareOf(one, other) {
  return one + other > 0 ? one / (one + other) : 0;
}

/**
 * Tell whether a range can be one of a quantity.
 *
 * @param {string} name
 * @param {Range} range
 * @returns {boolean}
 */
export function canBe(name, [low, high]) {
  const largest = QUANTITIES[/** @type {keyof typeof QUANTITIES} */ (name)];
  const enough = DIVISORS.includes(name) ? low > 0 : low >= 0;
  return enough && low <= high && high <= largest && Number.isFinite(high);
}

/**
 * @param {Record<string, Range>} figures what was published, by quantity
 * @returns {Outcome[]} every result, or what it lacks
 */
export function outcomes(figures) {
  return Object.entries(RESULTS).map(([name, [needed, formula]]) => outcomeOf(figures, name, needed, formula));
}

/** @param {Record<string, Range>} figures @returns {Outcome[]} what follows of checks of vehicles */
export function checkOutcomes(figures) {
  return Object.entries(CHECKS).map(([name, [needed, formula]]) => outcomeOf(figures, name, needed, formula));
}

/** @param {Record<string, Range>} figures @returns {boolean} whether they are about checks of vehicles */
export function checksVehicles(figures) {
  return OF_CHECKS.some((name) => Object.hasOwn(figures, name));
}

/** @param {Record<string, Range>} figures @returns {boolean} whether they are about an area or a line */
export function searches(figures) {
  return Object.keys(figures).some((name) => !OF_CHECKS.includes(name)) || !checksVehicles(figures);
}

/** @param {Record<string, Range>} figures @param {string} name @returns {Outcome} */
export function known(figures, name) {
  return Object.hasOwn(figures, name) ? { name, range: figures[name], lacks: [] } : { name, range: null, lacks: [name] };
}

/** @param {Record<string, Range>} figures @param {string} name @param {string[]} needed @param {Formula} formula @returns {Outcome} */
export function outcomeOf(figures, name, needed, formula) {
  return combined(Object.fromEntries(needed.map((each) => [each, known(figures, each)])), name, needed, formula);
}

/** @param {Parts} parts @param {string} name @param {string[]} needed @param {Formula} formula @returns {Outcome} */
export function combined(parts, name, needed, formula) {
  const lacks = [...new Set(needed.flatMap((each) => parts[each].lacks))];
  const ends = needed.map((each) => endsOf(each, parts[each])).filter((range) => range !== null);
  if (ends.length < needed.length) return { name, range: null, lacks };
  // Each result is monotone in every figure: its ends are among the ends of these.
  const values = corners(ends).map((corner) => formula(...corner));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const couldBeAnything = low <= 0 && high >= (SHARES.includes(name) ? 1 : Infinity);
  return { name, range: lacks.length > 0 && couldBeAnything ? null : [low, high], lacks };
}

/** @param {string} name @param {Outcome} part @returns {Range | null} a share that is unknown lies from 0 to 1 */
function endsOf(name, part) {
  if (part.range !== null) return part.range;
  const isShare = name === "timely" || QUANTITIES[/** @type {keyof typeof QUANTITIES} */ (name)] === 1;
  return isShare ? [0, 1] : null;
}

/**
 * @param {Outcome[]} found
 * @returns {"always" | "never" | "depends" | "unknown"} whether help comes before people cannot survive
 */
export function inTime(found) {
  const left = found.find((one) => one.name === "minutes_left")?.range;
  if (!left) return "unknown";
  return left[0] >= 0 ? "always" : left[1] < 0 ? "never" : "depends";
}

/** @param {Range[]} ranges @returns {number[][]} */
export function corners(ranges) {
  return ranges.reduce((/** @type {number[][]} */ made, range) => made.flatMap((one) => range.map((end) => [...one, end])), [[]]);
}
