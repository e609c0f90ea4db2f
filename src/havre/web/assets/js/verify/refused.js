// @ts-check
/** Why something was refused: the key of a sentence, and what stands in its fields. */

/** @typedef {string | number | Refused} Field */

export class Refused extends Error {
  /**
   * @param {string} key key of the sentence in the texts that the page hands over
   * @param {Record<string, Field>} [fields] what stands in the sentence; another refusal stands there as its sentence
   */
  constructor(key, fields = {}) {
    super(`${key} ${Object.entries(fields).map(([name, value]) => `${name}=${value}`).join(" ")}`);
    this.key = key;
    this.fields = fields;
  }
}

/**
 * Name the file in a refusal that arises while it is read.
 * @template T
 * @param {string} where path of the file
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function named(where, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused) || Object.values(error.fields).includes(where)) {
      throw error;
    }
    throw new Refused("record.verify.proof", { where, reason: error });
  }
}
