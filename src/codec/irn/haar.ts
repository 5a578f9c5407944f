import type { Stage } from './stage.ts'

/**
 * Two rows of 2w pixels become one of w: mean, then the differences across, down and both (section 3.2 of the paper;
 * models/strata_models/irn/model.py `haar`). A channel count of C becomes 4 C.
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

/** The inverse of Haar: a row of w pixels of 4 C channels becomes two of 2w pixels of C. */
export class InverseHaar implements Stage {
  readonly #channels: number
  readonly #next: Stage

  /** @param channels C */
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
