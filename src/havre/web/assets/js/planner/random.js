// @ts-check
/**
 * Random numbers from a seed: the same seed gives the same draws in every browser.
 *
 * Sources: Blackman D, Vigna S (2021), xoshiro128**, doi:10.1145/3460772; Hörmann W (1993), The generation of binomial
 * random variates, doi:10.1080/00949659308811496 (algorithm BTRS); Marsaglia G, Bray TA (1964), doi:10.1137/1006063.
 */

import { logGamma } from "../audit/special.js";

const LEAST_FOR_REJECTION = 10;

export class Source {
  /** @param {number} seed a whole number */
  constructor(seed) {
    /** @type {number[]} */
    this.state = [];
    let mixed = seed >>> 0;
    for (let word = 0; word < 4; word++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let value = mixed;
      value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
      value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
      this.state.push((value ^ (value >>> 16)) >>> 0);
    }
    /** @type {number | null} */
    this.spare = null;
  }

  /** @returns {number} 32 random bits */
  word() {
    const s = this.state;
    const product = Math.imul(s[1], 5);
    const found = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return found;
  }

  /** @returns {number} a number from 0 to below 1, of 53 bits */
  uniform() {
    return ((this.word() >>> 5) * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  /** @returns {number} a standard normal number */
  normal() {
    if (this.spare !== null) {
      const kept = this.spare;
      this.spare = null;
      return kept;
    }
    for (;;) {
      const [u, v] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = v * factor;
      return u * factor;
    }
  }

  /**
   * @param {number} n trials, a whole number
   * @param {number} p chance of each
   * @returns {number} how many succeed
   */
  binomial(n, p) {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - this.binomial(n, 1 - p);
    return n * p < LEAST_FOR_REJECTION ? this.#byInversion(n, p) : this.#byRejection(n, p);
  }

  /** @param {number} n @param {number} p @returns {number} */
  #byInversion(n, p) {
    const odds = p / (1 - p);
    const none = Math.exp(n * Math.log1p(-p));
    for (;;) {
      let [left, mass, found] = [this.uniform(), none, 0];
      while (left > mass && found < n) {
        left -= mass;
        found += 1;
        mass *= (odds * (n - found + 1)) / found;
        // What rounding leaves beyond every mass is drawn again.
        if (mass < 1e-300) break;
      }
      if (left <= mass) return found;
    }
  }

  /** @param {number} n @param {number} p @returns {number} */
  #byRejection(n, p) {
    const spread = Math.sqrt(n * p * (1 - p));
    const b = 1.15 + 2.53 * spread;
    const a = -0.0873 + 0.0248 * b + 0.01 * p;
    const c = n * p + 0.5;
    const sure = 0.92 - 4.2 / b;
    const alpha = (2.83 + 5.1 / b) * spread;
    const logOdds = Math.log(p / (1 - p));
    const middle = Math.floor((n + 1) * p);
    const height = logGamma(middle + 1) + logGamma(n - middle + 1);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const edge = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / edge + b) * u + c);
      if (edge >= 0.07 && v <= sure) return k;
      if (k < 0 || k > n) continue;
      const bound = height - logGamma(k + 1) - logGamma(n - k + 1) + (k - middle) * logOdds;
      if (Math.log((v * alpha) / (a / (edge * edge) + b)) <= bound) return k;
    }
  }

  /**
   * @param {number} count
   * @returns {number[]} the numbers from 0 to below `count` in random order
   */
  order(count) {
    const found = Array.from({ length: count }, (_, place) => place);
    for (let place = count - 1; place > 0; place--) {
      const other = Math.floor(this.uniform() * (place + 1));
      [found[place], found[other]] = [found[other], found[place]];
    }
    return found;
  }
}
