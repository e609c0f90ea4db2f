// @ts-check
/**
 * How many people need a place, month by month, and how likely a place runs full: the same as
 * havre/forecast/reception.py. Arrays go by month, then by draw.
 */

import { present, residual } from "./stay.js";

/** @import { Source } from "./random.js" */
/** @import { Stay } from "./stay.js" */
/** @typedef {{ capacity: number[], occupancy: number, share: [number, number], stay: Stay }} Place */
/** @typedef {{ needed: Float64Array[], arrived: Float64Array[], capacity: number[] }} Occupancy */

/**
 * @param {[number, number]} share lowest and highest share of the arrivals that come here
 * @param {number} draws
 * @returns {Float64Array} a share for each draw, evenly spread
 */
export function shares([low, high], draws) {
  return Float64Array.from({ length: draws }, (_, draw) => low + ((high - low) * (draw + 0.5)) / draws);
}

/**
 * The mean for each draw of the arrivals, without the chance of single stays.
 *
 * @param {Float64Array[]} arrivals
 * @param {Place} place
 * @returns {Occupancy}
 */
export function expectedOccupancy(arrivals, place) {
  const months = arrivals.length;
  const draws = arrivals[0].length;
  const part = shares(place.share, draws);
  const arrived = arrivals.map((row) => row.map((people, draw) => people * part[draw]));
  const kernel = present(place.stay, months);
  const left = residual(place.stay, months);
  const needed = arrivals.map((_, month) => {
    const found = new Float64Array(draws);
    for (let start = 0; start <= month; start++) {
      for (let draw = 0; draw < draws; draw++) found[draw] += kernel[month - start] * arrived[start][draw];
    }
    return found.map((people) => people + place.occupancy * left[month]);
  });
  return { needed, arrived, capacity: place.capacity };
}

/**
 * With the chance of who comes here and how long each stays: cohorts that melt away by binomial draws.
 *
 * @param {Float64Array[]} arrivals
 * @param {Place} place
 * @param {Source} source
 * @returns {Occupancy}
 */
export function drawOccupancy(arrivals, place, source) {
  const months = arrivals.length;
  const draws = arrivals[0].length;
  const even = shares(place.share, draws);
  const part = source.order(draws).map((draw) => even[draw]);
  const arrived = arrivals.map((row) =>
    row.map((people, draw) => source.binomial(Math.floor(people + source.uniform()), part[draw])),
  );
  const needed = arrivals.map(() => new Float64Array(draws));
  const kernel = present(place.stay, months);
  arrived.forEach((row, start) => melt(needed, row, kernel.slice(0, months - start), start, source));
  const now = Float64Array.from({ length: draws }, () => Math.floor(place.occupancy + source.uniform()));
  melt(needed, now, residual(place.stay, months), 0, source);
  return { needed, arrived, capacity: place.capacity };
}

/**
 * Adds one cohort to the months from `start` on.
 *
 * @param {Float64Array[]} needed
 * @param {Float64Array} people
 * @param {number[]} kept share still there at each month's end
 * @param {number} start
 * @param {Source} source
 */
function melt(needed, people, kept, start, source) {
  let [left, before] = [people, 1];
  kept.forEach((share, step) => {
    const stays = before > 0 ? Math.min(1, share / before) : 0;
    left = left.map((count) => source.binomial(count, stays));
    left.forEach((count, draw) => (needed[start + step][draw] += count));
    before = share;
  });
}

/** @param {Occupancy} made @returns {number[]} probability that no place is free at the end of each month */
export function isFull({ needed, capacity }) {
  return needed.map((row, month) => mean(row.map((people) => Number(people >= capacity[month]))));
}

/** @param {Occupancy} made @returns {number[]} people without a place to be expected in each month */
export function withoutPlace({ needed, capacity }) {
  return needed.map((row, month) => mean(row.map((people) => Math.max(people - capacity[month], 0))));
}

/** @param {Occupancy} made @returns {number[]} probability that the place runs full in each month for the first time */
export function firstFull({ needed, capacity }) {
  const was = new Uint8Array(needed[0].length);
  return needed.map((row, month) => {
    let found = 0;
    row.forEach((people, draw) => {
      if (people < capacity[month] || was[draw]) return;
      was[draw] = 1;
      found += 1;
    });
    return found / row.length;
  });
}

/**
 * @param {number[]} first of `firstFull`
 * @param {number} level
 * @returns {number} the month (from 0) by which the place has run full with this probability; −1 where that is never
 */
export function firstFullMonth(first, level) {
  let sum = 0;
  return first.findIndex((chance) => (sum += chance) >= level - 1e-12);
}

/**
 * @param {Float64Array} values
 * @param {number[]} levels
 * @returns {number[]} quantiles by straight lines between the ordered values
 */
export function quantiles(values, levels) {
  const ordered = values.slice().sort();
  return levels.map((level) => {
    const at = (ordered.length - 1) * level;
    const low = Math.floor(at);
    const high = Math.min(low + 1, ordered.length - 1);
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low);
  });
}

/** @param {Float64Array} values @returns {number} */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
