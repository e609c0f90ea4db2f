// @ts-check
// Steps of a slider and the addresses behind them: pure functions.

/**
 * Keeps a step within those that there are.
 * @param {number} step
 * @param {number} count
 */
export function clamped(step, count) {
  return Math.min(count - 1, Math.max(0, Math.round(step)));
}

/**
 * Gives the address of now with what one slider chooses: only the parameters of its own names change.
 * @param {URL} now
 * @param {URL} step
 * @param {string[]} names
 * @returns {string} path, query and fragment
 */
export function paramsWith(now, step, names) {
  const made = new URL(now.href);
  for (const name of names) {
    const value = step.searchParams.get(name);
    if (value === null) made.searchParams.delete(name);
    else made.searchParams.set(name, value);
  }
  return `${made.pathname}${made.search}${step.hash}`;
}
