// @ts-check
// Searching and sorting: pure functions.

/** @param {string} text */
function plain(text) {
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").replace(/[’'\-–.,()]/g, " ").toLowerCase();
}

/**
 * Tells whether every word that was typed begins a word of a text, however it is written.
 * @param {string} text
 * @param {string} typed
 */
export function fits(text, typed) {
  const words = plain(text).split(/\s+/);
  return plain(typed).split(/\s+/).filter((word) => word !== "").every((word) => words.some((each) => each.startsWith(word)));
}

/**
 * Gives the order of values: numbers by size, texts as the language has them; what has no value stays at the end.
 * @param {(string | undefined)[]} values
 * @param {boolean} falling
 * @param {string} language
 * @returns {number[]} places of the values
 */
export function order(values, falling, language) {
  const known = values.map((_, place) => place).filter((place) => values[place] !== undefined);
  const missing = values.map((_, place) => place).filter((place) => values[place] === undefined);
  const numeric = known.every((place) => values[place] !== "" && Number.isFinite(Number(values[place])));
  known.sort((a, b) => {
    const [one, other] = [values[a] ?? "", values[b] ?? ""];
    const by = numeric ? Number(one) - Number(other) : one.localeCompare(other, language);
    return (falling ? -by : by) || a - b;
  });
  return [...known, ...missing];
}
