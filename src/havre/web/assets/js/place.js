// @ts-check
// The place of a reader in a page, kept in the other language: pure functions.

/**
 * Gives the address of a page in the other language, with the question and the fragment of now.
 * @param {string} link address that the server gave; only its path counts
 * @param {{ origin: string, search: string, hash: string }} now
 */
export function switched(link, now) {
  return new URL(link, now.origin).pathname + now.search + now.hash;
}
