// @ts-check
/**
 * One check after the other, each told when it begins and when it ends; what needs one that failed is not done.
 * @typedef {import("./refused.js").Field} Field
 * @typedef {Record<string, Field>} Fields
 * @typedef {"running" | "passed" | "failed" | "skipped"} State
 * @typedef {{id: string, state: State, fields: Record<string, Field>, problems: Refused[]}} Check
 * @typedef {(check: Check) => void} Tell
 * @typedef {{key: string, fields: Record<string, Field>}} Told a sentence
 * @typedef {{passed: boolean, checks: Check[], limits: Told[], since: Told[], evidence: string[]}} Verdict `limits` tell
 *   what was not checked, `since` what the log tells of a release after it was published
 */

import { Refused } from "./refused.js";

export class Checks {
  /** @param {Tell} tell hears each check when it begins, goes on and ends */
  constructor(tell) {
    this.tell = tell;
    /** @type {Map<string, Check>} */
    this.done = new Map();
    /** @type {Told[]} */
    this.limits = [];
    /** @type {Told[]} */
    this.since = [];
    /** @type {string[]} */
    this.evidence = [];
  }

  /**
   * Do one check.
   * @template T
   * @param {string} id
   * @param {string[]} needs checks that must have passed
   * @param {(going: (fields: Fields) => void) => Promise<{fields: Fields, found: T}>} work gives what the sentence of
   *   the check tells, and what it found; `going` tells how far it is
   * @returns {Promise<T | null>} null where it failed or could not be done
   */
  async step(id, needs, work) {
    if (needs.some((each) => this.done.get(each)?.state !== "passed")) {
      this.say({ id, state: "skipped", fields: {}, problems: [] });
      return null;
    }
    this.say({ id, state: "running", fields: {}, problems: [] });
    try {
      const { fields, found } = await work((going) => {
        this.say({ id, state: "running", fields: going, problems: [] });
      });
      this.say({ id, state: "passed", fields, problems: [] });
      return found;
    } catch (error) {
      this.say({ id, state: "failed", fields: {}, problems: problemsOf(error) });
      return null;
    }
  }

  /** @param {string} key @param {Record<string, Field>} [fields] */
  limit(key, fields = {}) {
    this.limits.push({ key, fields });
  }

  /** @returns {Verdict} */
  verdict() {
    const checks = [...this.done.values()];
    const passed = checks.length > 0 && checks.every((check) => check.state === "passed");
    return { passed, checks, limits: this.limits, since: this.since, evidence: this.evidence };
  }

  /** @param {Check} check */
  say(check) {
    this.done.set(check.id, check);
    this.tell(check);
  }
}

/** @param {unknown} error @returns {Refused[]} */
function problemsOf(error) {
  const each = error instanceof AggregateError ? error.errors : [error];
  // A fault of this program must never look like a verdict on the record.
  return each.map((one) =>
    one instanceof Refused ? one : new Refused("verify.fault.program", { reason: String(one) }),
  );
}
