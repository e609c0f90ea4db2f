// @ts-check
/**
 * Icon arrays: a thousand small persons in rows of fifty, drawn as `havre.audit.report.icons`.
 */

const COLUMNS = 50;
const STEP_X = 8;
const STEP_Y = 13;

/** @param {number} from @param {number} to @returns {string} the path of these persons */
export function iconPath(from, to) {
  return Array.from({ length: to - from }, (_, i) => person(from + i)).join("");
}

/** @param {number} at @returns {string} a head and a body inside 8 × 13 */
function person(at) {
  const [x, y] = [STEP_X * (at % COLUMNS), STEP_Y * Math.floor(at / COLUMNS)];
  return `M${x + 2},${y + 3}a2,2 0 1 1 4,0a2,2 0 1 1-4,0zM${x + 1},${y + 11.5}v-3a3,3 0 0 1 6,0v3z`;
}
