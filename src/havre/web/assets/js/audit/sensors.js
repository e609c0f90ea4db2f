// @ts-check
/**
 * Sensors and fleets from their spec sheets, as `havre.audit.sensors`: ranges carried through, unknowns kept unknown.
 *
 * Source: Koopman BO (1956), The theory of search II, doi:10.1287/opre.4.5.503.
 */

/** @typedef {[number, number]} Range lowest and highest value */
/** @typedef {{name: string, range: Range | null, lacks: string[]}} Outcome */

/** Quantities with their largest value; units as their names say, shares from 0 to 1. */
export const QUANTITIES = {
  sweep_width_km: Infinity, speed_kmh: Infinity, availability: 1, area_km2: Infinity, hours: Infinity,
  detection_per_look: 1, looks: Infinity, sensors: Infinity, length_km: Infinity,
  false_alarms_per_hour: Infinity, targets_per_hour: Infinity, confirm_minutes: Infinity,
  alert_minutes: Infinity, distance_km: Infinity, rescue_speed_kmh: Infinity, survival_minutes: Infinity,
  detection: 1, acted_on: 1, returned: 1,
};
const DIVISORS = ["area_km2", "length_km", "rescue_speed_kmh"];

/** @param {number} confirm @param {number} alert @param {number} distance @param {number} speed @returns {number} */
const helpMinutes = (confirm, alert, distance, speed) => confirm + alert + (60 * distance) / speed;

/** @type {Record<string, [string[], (...values: number[]) => number]>} what is computed, from which quantities, and how */
export const RESULTS = {
  area_per_hour: [["sweep_width_km", "speed_kmh", "availability"], (w, v, a) => w * v * a],
  found_by_search: [
    ["sweep_width_km", "speed_kmh", "availability", "hours", "area_km2"],
    (w, v, a, t, area) => -Math.expm1((-w * v * a * t) / area),
  ],
  found_in_looks: [["detection_per_look", "looks"], (p, n) => 1 - (1 - p) ** n],
  false_alarms_per_day: [["false_alarms_per_hour", "sensors"], (f, n) => 24 * f * n],
  false_alarms_per_km_day: [["false_alarms_per_hour", "sensors", "length_km"], (f, n, km) => (24 * f * n) / km],
  true_alarms: [
    ["targets_per_hour", "detection_per_look", "false_alarms_per_hour", "sensors"],
    (t, p, f, n) => (t * p + f * n > 0 ? (t * p) / (t * p + f * n) : 0),
  ],
  minutes_to_help: [["confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"], helpMinutes],
  minutes_left: [
    ["survival_minutes", "confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"],
    (survival, ...way) => survival - helpMinutes(.../** @type {[number, number, number, number]} */ (way)),
  ],
};

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
  return Object.entries(RESULTS).map(([name, [needed, formula]]) => {
    const lacks = needed.filter((quantity) => !Object.hasOwn(figures, quantity));
    if (lacks.length > 0) return { name, range: null, lacks };
    // Each result is monotone in every figure: its ends are among the ends of these.
    const values = corners(needed.map((quantity) => figures[quantity])).map((corner) => formula(...corner));
    return { name, range: [Math.min(...values), Math.max(...values)], lacks };
  });
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
