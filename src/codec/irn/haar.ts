import type { Stage } from './stage.ts'

/**
 * Haar transform: two rows of 2w pixels with C channels become one row of w pixels with 4 C channels: mean, then the
 * horizontal, vertical and diagonal differences (section 3.2 of the paper; models/strata_models/irn/model.py `haar`).
 */
export class Haar implements Stage {
  readonly #channels: number
  readonly #next: Stage
  #above: Float32Array | undefined

  constructor(channels: number, next: Stage) {
    this.#channels = channels
    this.#next = next
  }

  row(values: Float32Array): void {
    if (!this.#above) {
      this.#above = values
      return
    }
    const [above, below, n] = [this.#above, values, this.#channels]
    this.#above = undefined
    const out = new Float32Array(2 * values.length)
    for (let at = 0, to = 0; at < values.length; at += 2 * n, to += 4 * n) {
      for (let c = 0; c < n; c++) {
        const [p, q] = [above[at + c]!, above[at + n + c]!]
        const [r, s] = [below[at + c]!, below[at + n + c]!]
        out[to + c] = (p + q + r + s) / 4
        out[to + n + c] = p - q + r - s
        out[to + 2 * n + c] = p + q - r - s
        out[to + 3 * n + c] = p - q - r + s
      }
    }
    this.#next.row(out)
  }

  end(): void {
    this.#next.end()
  }
}

/** The inverse of Haar: a row of w pixels with 4 C channels becomes two rows of 2w pixels with C channels. */
export class InverseHaar implements Stage {
  readonly #channels: number
  readonly #next: Stage

  /** @param channels C, those of the output */
  constructor(channels: number, next: Stage) {
    this.#channels = channels
    this.#next = next
  }

  row(values: Float32Array): void {
    const n = this.#channels
    const [above, below] = [new Float32Array(values.length / 2), new Float32Array(values.length / 2)]
    for (let at = 0, to = 0; at < values.length; at += 4 * n, to += 2 * n) {
      for (let c = 0; c < n; c++) {
        const mean = values[at + c]!
        const across = values[at + n + c]! / 4
        const down = values[at + 2 * n + c]! / 4
        const both = values[at + 3 * n + c]! / 4
        above[to + c] = mean + across + down + both
        above[to + n + c] = mean - across + down - both
        below[to + c] = mean + across - down - both
        below[to + n + c] = mean - across - down + both
      }
    }
    this.#next.row(above)
    this.#next.row(below)
  }

  end(): void {
    this.#next.end()
  }
}
