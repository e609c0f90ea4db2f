// @ts-check
/** Fetches the files of a release or a log as the site gives them now: never from a cache. */

import { Refused } from "./refused.js";

const MOST_WAITS = 5;
const LONGEST_WAIT = 60;

/**
 * @param {string} base address under which the files stand, with a stroke at the end
 * @returns {import("./tiles.js").Get}
 */
export function filesAt(base) {
  return async (path) => {
    const parts = path.split("/");
    if (parts.some((part) => part === "" || part === "." || part === "..")) {
      // Such a name would lead out of the folder: there is no such file in it.
      return null;
    }
    const address = base + parts.map(encodeURIComponent).join("/");
    for (let wait = 0; ; wait += 1) {
      const answer = await asked(address, path);
      if (answer.status === 404) {
        return null;
      }
      if (answer.ok) {
        return new Uint8Array(await answer.arrayBuffer().catch(() => lost(path, "–")));
      }
      if (answer.status !== 429 || wait === MOST_WAITS) {
        return lost(path, `HTTP ${answer.status}`);
      }
      await pause(Number(answer.headers.get("Retry-After")) || 1);
    }
  };
}

/** @param {string} address @param {string} path @returns {Promise<Response>} */
async function asked(address, path) {
  try {
    return await fetch(address, { cache: "no-store", credentials: "omit", redirect: "error" });
  } catch (error) {
    return lost(path, String(error));
  }
}

/** @param {string} path @param {string} reason @returns {never} */
function lost(path, reason) {
  throw new Refused("verify.fault.unreachable", { path, reason });
}

/** @param {number} seconds that the site asks to wait, since many files were asked for @returns {Promise<void>} */
function pause(seconds) {
  return new Promise((done) => {
    setTimeout(done, 1000 * Math.min(seconds, LONGEST_WAIT));
  });
}
