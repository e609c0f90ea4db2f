// @ts-check
/**
 * Root of a function between two values that it has on either side, by Brent's method.
 *
 * Source: Brent RP (1973), Algorithms for minimization without derivatives, chapter 4.
 *
 * @param {(x: number) => number} f
 * @param {number} low
 * @param {number} high
 * @param {number} [tolerance] absolute, in x
 * @returns {number}
 */
export function root(f, low, high, tolerance = 1e-15) {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0) throw new RangeError("no root between the bounds");
  let [c, fc, step, before] = [a, fa, b - a, b - a];
  for (let round = 0; round < 200; round++) {
    if (fb > 0 === fc > 0) [c, fc, step, before] = [a, fa, b - a, b - a];
    if (Math.abs(fc) < Math.abs(fb)) [a, b, c, fa, fb, fc] = [b, c, b, fb, fc, fb];
    const near = 2 * Number.EPSILON * Math.abs(b) + tolerance / 2;
    const half = (c - b) / 2;
    if (Math.abs(half) <= near || fb === 0) return b;
    [step, before] = nextStep({ a, b, c, fa, fb, fc, half, near, step, before });
    [a, fa] = [b, fb];
    b += Math.abs(step) > near ? step : Math.sign(half) * near;
    fb = f(b);
  }
  return b;
}

/**
 * Interpolate where that shrinks the bracket fast enough, else halve it.
 *
 * @param {Record<"a" | "b" | "c" | "fa" | "fb" | "fc" | "half" | "near" | "step" | "before", number>} at
 * @returns {[number, number]} this step and the one before
 */
function nextStep({ a, b, c, fa, fb, fc, half, near, step, before }) {
  if (Math.abs(before) < near || Math.abs(fa) <= Math.abs(fb)) return [half, half];
  const s = fb / fa;
  let p = 2 * half * s;
  let q = 1 - s;
  if (a !== c) {
    const [t, r] = [fa / fc, fb / fc];
    p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
    q = (t - 1) * (r - 1) * (s - 1);
  }
  if (p > 0) q = -q;
  p = Math.abs(p);
  const fits = 2 * p < Math.min(3 * half * q - Math.abs(near * q), Math.abs(before * q));
  return fits ? [p / q, step] : [half, half];
}
