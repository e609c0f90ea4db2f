// @ts-check
/** SHA-256 and Ed25519 as the browser itself computes them (WebCrypto): no cryptography of our own. */

import { hex, joined } from "./bytes.js";

/** @param {Uint8Array} data @returns {Promise<Uint8Array>} */
export async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (data)));
}

/** @param {Uint8Array} data @returns {Promise<string>} SHA-256 in hexadecimal digits */
export const digest = async (data) => hex(await sha256(data));

/**
 * Check a signature (RFC 8032).
 * @param {Uint8Array} key public key, 32 bytes
 * @param {Uint8Array} signature
 * @param {...Uint8Array} parts what was signed
 * @returns {Promise<boolean>}
 */
export async function isSigned(key, signature, ...parts) {
  const raw = /** @type {BufferSource} */ (key);
  try {
    const known = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    const [told, data] = [/** @type {BufferSource} */ (signature), /** @type {BufferSource} */ (joined(...parts))];
    return await crypto.subtle.verify({ name: "Ed25519" }, known, told, data);
  } catch (error) {
    // Bytes that are no point of the curve are nobody's key; a browser without Ed25519 was told before.
    if (error instanceof DOMException && error.name === "DataError") {
      return false;
    }
    throw error;
  }
}

/**
 * Tell what this browser lacks for verifying.
 * @returns {Promise<"insecure" | "webcrypto" | "ed25519" | null>} null where nothing is lacking
 */
export async function lacking() {
  if (globalThis.isSecureContext === false) {
    return "insecure";
  }
  if (!globalThis.crypto?.subtle) {
    return "webcrypto";
  }
  try {
    // Public key of the first test of RFC 8032, section 7.1.
    const key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const raw = Uint8Array.from(key.match(/../g) ?? [], (each) => parseInt(each, 16));
    await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return null;
  } catch {
    return "ed25519";
  }
}
