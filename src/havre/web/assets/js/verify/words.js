// @ts-check
/**
 * Sentences of a page's language, which the page hands over as JSON; `language` tells which, for numbers.
 * @typedef {Record<string, string>} Texts
 */

import { Refused } from "./refused.js";

/**
 * Give a sentence with its fields filled in.
 * @param {Texts} texts
 * @param {string} key
 * @param {Record<string, import("./refused.js").Field>} [fields] another refusal stands as its sentence
 * @returns {string}
 */
export function say(texts, key, fields = {}) {
  const sentence = texts[key] ?? `${key} {fields}`;
  return sentence
    .replace(/\{(\w+)\}/g, (_, name) => {
      const field = name === "fields" && !(key in texts) ? JSON.stringify(fields) : (fields[name] ?? "…");
      return field instanceof Refused ? sayRefused(texts, field) : written(texts, field);
    })
    .trim();
}

/** @param {Texts} texts @param {string | number} field @returns {string} */
function written(texts, field) {
  return typeof field === "number" ? new Intl.NumberFormat(texts.language ?? "en").format(field) : field;
}

/** @param {Texts} texts @param {Refused} refused @returns {string} */
export const sayRefused = (texts, refused) => say(texts, refused.key, refused.fields);
