// @ts-check
/**
 * Draws of arrivals from what a release publishes: the same as havre/web/planning.py.
 *
 * The values of each month are those of its published quantiles; how the months hang together is given by `factor`, whose
 * product with itself are the correlations of past errors over the months ahead.
 */

/** @import { Source } from "./random.js" */
/** @typedef {{ months: string[], levels: number[], values: number[][], factor: number[][] }} Published */

/**
 * @param {number} at
 * @param {number[]} xs rising
 * @param {number[]} ys
 * @returns {number} the value on the straight line between neighbours; beyond the ends that of the end
 */
function between(at, xs, ys) {
  if (at <= xs[0]) return ys[0];
  const last = xs.length - 1;
  if (at >= xs[last]) return ys[last];
  let low = 0;
  while (xs[low + 1] <= at) low += 1;
  return ys[low] + ((ys[low + 1] - ys[low]) / (xs[low + 1] - xs[low])) * (at - xs[low]);
}

/**
 * @param {number[]} levels
 * @param {number[][]} values by month and level
 * @param {number} count
 * @returns {Float64Array[]} by month evenly spread draws in rising order
 */
export function margins(levels, values, count) {
  return values.map((row) => Float64Array.from({ length: count }, (_, draw) => between((draw + 0.5) / count, levels, row)));
}

/**
 * @param {Float64Array[]} rising by month, in rising order
 * @param {Float64Array[]} scores by month
 * @returns {Float64Array[]} the draws of each month in the order of its scores: the least where the least score is
 */
export function arranged(rising, scores) {
  return rising.map((row, month) => {
    const order = Array.from(row.keys()).sort((one, other) => scores[month][one] - scores[month][other] || one - other);
    const found = new Float64Array(row.length);
    order.forEach((draw, rank) => (found[draw] = row[rank]));
    return found;
  });
}

/**
 * @param {Published} published
 * @param {number} count
 * @param {Source} source
 * @returns {Float64Array[]} arrivals by month and draw
 */
export function drawArrivals(published, count, source) {
  const { factor, levels, values } = published;
  const free = values.map(() => Float64Array.from({ length: count }, () => source.normal()));
  const scores = factor.map((row) =>
    Float64Array.from({ length: count }, (_, draw) => row.reduce((sum, part, month) => sum + part * free[month][draw], 0)),
  );
  return arranged(margins(levels, values, count), scores);
}
