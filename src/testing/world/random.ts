/** Seeded random numbers: the same seed gives the same run. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number from 0 up to 1, without 1 (the mixing function of splitmix32). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 0x1_0000_0000
  }

  /**
   * True with this probability. For 0 no number is drawn, so that a fault that is switched off does not
   * change the rest of a run.
   */
  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability
  }

  /** A whole number from 1 to `most`. */
  upTo(most: number): number {
    return 1 + Math.floor(this.next() * most)
  }
}
