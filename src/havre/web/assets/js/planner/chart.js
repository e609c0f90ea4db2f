// @ts-check
/** Draws the occupancy as SVG: the same marks as havre/web/charts/camps.py gives for a curve over months. */

const CHARACTER = 7.4;
const BANDS = [95, 80, 50];

/** @typedef {[number[], number[]]} Band */
/** @typedef {{ median: number[], bands: Record<number, Band>, limit: number[], ticks: [number, string][] }} Curve */

/** @param {number} highest @returns {number[]} round whole numbers from 0 to at least `highest`, in at most five steps */
export function countTicks(highest) {
  let step = 1;
  while (step * 5 < highest) step = String(step)[0] === "2" ? (step * 5) / 2 : step * 2;
  const ticks = [0, step];
  while (ticks[ticks.length - 1] < highest) ticks.push(ticks[ticks.length - 1] + step);
  return ticks;
}

/** @param {Curve} curve @returns {number} the highest value that must fit */
function highest({ bands, median, limit }) {
  const reached = Math.max(0, ...median, ...Object.values(bands).flatMap(([, upper]) => upper));
  return Math.max(reached, ...limit.filter((each) => each <= 2.5 * Math.max(reached, 1)));
}

/** @param {string} text @returns {string} */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;");
}

/**
 * @param {Curve} curve
 * @param {(count: number) => string} number
 * @param {{ width: number, height: number }} box
 * @returns {string} what stands in the drawing
 */
export function curveParts(curve, number, box) {
  const ticks = countTicks(highest(curve));
  const left = 14 + CHARACTER * Math.max(...ticks.map((tick) => number(tick).length));
  const [right, top, bottom] = [box.width - 14, 12, box.height - 28];
  const steps = curve.median.length;
  const most = ticks[ticks.length - 1];
  /** @param {number} step */
  const x = (step) => left + (right - left) * (steps > 1 ? step / (steps - 1) : 0.5);
  /** @param {number} value */
  const y = (value) => bottom - (bottom - top) * Math.min(value / most, 1.05);
  /** @param {number} at */
  const put = (at) => at.toFixed(1).replace(/\.0$/, "");
  /** @param {number[]} values */
  const points = (values) => values.map((value, step) => `${put(x(step))},${put(y(value))}`);
  const parts = ticks.map((tick) => {
    const at = put(y(tick));
    return (
      `<line class="${tick ? "grid" : "axis"}" x1="${put(left)}" x2="${put(right)}" y1="${at}" y2="${at}"/>` +
      `<text class="label" x="${put(left - 8)}" y="${at}" dy="0.35em" text-anchor="end">${escaped(number(tick))}</text>`
    );
  });
  for (const [step, label] of curve.ticks) {
    const at = x(step);
    const anchor = at < left + 20 ? "start" : at > box.width - 40 ? "end" : "middle";
    parts.push(
      `<path class="axis" d="M${put(at)} ${put(bottom)}v5"/>` +
        `<text class="label" x="${put(at)}" y="${put(bottom + 20)}" text-anchor="${anchor}">${escaped(label)}</text>`,
    );
  }
  for (const percent of BANDS) {
    if (!(percent in curve.bands)) continue;
    const [lower, upper] = curve.bands[percent];
    parts.push(`<polygon class="band-${percent}" points="${[...points(upper), ...points(lower).reverse()].join(" ")}"/>`);
  }
  parts.push(...limitParts(curve.limit, most, x, y, put));
  parts.push(`<polyline class="median" points="${points(curve.median).join(" ")}"/>`);
  return parts.join("");
}

/**
 * @param {number[]} limit
 * @param {number} most
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 * @param {(at: number) => string} put
 * @returns {string[]}
 */
function limitParts(limit, most, x, y, put) {
  /** @type {string[]} */
  const runs = [];
  let run = "";
  limit.forEach((value, step) => {
    if (value > most) {
      if (run) runs.push(run);
      run = "";
    } else {
      run += run ? `V${put(y(value))}H${put(x(step))}` : `M${put(x(step))} ${put(y(value))}`;
    }
  });
  if (run) runs.push(run);
  return runs.map((each) => `<path class="limit" d="${each}"/>`);
}
