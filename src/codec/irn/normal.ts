/** Normally distributed numbers by position: independent of earlier calls, and equal on all machines up to rounding. */
export class Normal {
  readonly #seed: number

  /** @param seed an integer from 0 to 2^32 - 1 */
  constructor(seed: number) {
    this.#seed = mix(seed ^ 0x9e3779b9)
  }

  /** Fills `values` with the numbers at positions `start`, `start` + 1, ... (Box and Muller, 1958). `start` is even. */
  fill(values: Float32Array, start: number): void {
    for (let i = 0; i < values.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(this.#uniform(start + i)))
      const angle = 2 * Math.PI * this.#uniform(start + i + 1)
      values[i] = radius * Math.cos(angle)
      if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle)
    }
  }

  /** A uniformly distributed number in (0, 1). */
  #uniform(index: number): number {
    const high = Math.floor(index / 2 ** 32)
    return (mix((index >>> 0) ^ mix(this.#seed + high)) + 0.5) / 2 ** 32
  }
}

/** A bijection of 32-bit integers whose output looks random (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
