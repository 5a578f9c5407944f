import type { Network, TensorAccess } from '../../network/engine.ts'
import type { Stage } from './stage.ts'

/** Rows that a network reads on each side of a row, because it has three 3x3 convolutions. */
const HALO = 3
/** Approximate pixels of a band. A stage keeps one band and its halo in memory. */
const BAND_PIXELS = 65536

export interface BandOptions {
  readonly width: number
  /** Channels of a pixel: 3 of the low part, then those of the high part. */
  readonly channels: number
  /** The network reads the channels [from, to). */
  readonly from: number
  readonly to: number
  readonly network: Network
  readonly input: string
  /** Integer steps of the network's input per unit. */
  readonly steps: number
  /** Changes a row by the network's outputs. The values of pixel i start at `outputs[name][i * channels of the output]`. */
  readonly apply: (row: Float32Array, outputs: Readonly<Record<string, Int16Array>>, pixel: number) => void
}

/**
 * One half of a coupling: a network reads some channels of a picture, and its outputs change the others. The network sees
 * values as far as its integers reach; the picture keeps them as they are, so that the other direction finds them again. It
 * runs band by band. Each band includes its halo rows, so the outputs are the same as for the whole picture, and only the
 * edges of the picture are padded with zeros.
 */
export class Band implements Stage {
  readonly #options: BandOptions
  readonly #next: Stage
  readonly #height: number
  #rows: Float32Array[] = []
  /** Network inputs of `#rows` and of the `#above` rows before them, which have already been passed on. */
  #seen: Int16Array[] = []
  #above = 0

  constructor(options: BandOptions, next: Stage) {
    this.#options = options
    this.#next = next
    this.#height = Math.max(16, Math.min(64, Math.floor(BAND_PIXELS / options.width)))
  }

  row(values: Float32Array): void {
    this.#rows.push(values)
    this.#seen.push(this.#quantize(values))
    if (this.#rows.length === this.#height + HALO) this.#pass(this.#height)
  }

  end(): void {
    while (this.#rows.length > 0) this.#pass(Math.min(this.#height, this.#rows.length))
    this.#next.end()
  }

  #quantize(values: Float32Array): Int16Array {
    const { width, channels, from, to, steps } = this.#options
    const seen = new Int16Array((to - from) * width)
    for (let x = 0, at = from, out = 0; x < width; x++, at += channels) {
      for (let c = 0; c < to - from; c++) {
        const value = Math.floor(steps * values[at + c]! + 0.5)
        seen[out++] = value > 32767 ? 32767 : value < -32767 ? -32767 : value
      }
    }
    return seen
  }

  #pass(count: number): void {
    const { width, network, input, apply } = this.#options
    const outputs = network.run({ [input]: this.#writer() }, this.#seen.length, width)
    const rows = this.#rows.splice(0, count)
    rows.forEach((row, i) => {
      apply(row, outputs, (this.#above + i) * width)
    })
    const passed = this.#above + count
    this.#above = Math.min(HALO, passed)
    this.#seen.splice(0, passed - this.#above)
    for (const row of rows) this.#next.row(row)
  }

  #writer(): TensorAccess {
    const { width, from, to } = this.#options
    const channels = to - from
    const seen = this.#seen
    return (view, cellStride, rowStride, offset) => {
      seen.forEach((line, y) => {
        let at = offset + y * rowStride
        for (let i = 0; i < channels * width; i += channels, at += cellStride) {
          for (let c = 0; c < channels; c++) view[at + c] = line[i + c]!
        }
      })
    }
  }
}
