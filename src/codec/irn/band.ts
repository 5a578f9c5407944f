import type { Network, TensorAccess } from '../../network/engine.ts'
import type { Stage } from './stage.ts'

/** Three 3x3 convolutions. */
const HALO = 3
/** Pixels that a band holds, about; what a stage keeps in memory is a band and its halo. */
const BAND_PIXELS = 65536

export interface BandOptions {
  readonly width: number
  /** Of a pixel, and those of them that the network sees. */
  readonly channels: number
  readonly from: number
  readonly to: number
  readonly network: Network
  readonly input: string
  /** What a unit is in the network's input. */
  readonly steps: number
  /** Changes rows by what the network says of them, values of pixel i at `outputs[name][i * channels of the output]`. */
  readonly apply: (row: Float32Array, outputs: Readonly<Record<string, Int16Array>>, pixel: number) => void
}

/**
 * One half of a coupling: a network looks at some channels of the rows around a row, and the others are changed by
 * what it says. The network runs band by band with the rows above and below that it looks at, so that it says the same
 * as for the whole picture, whose edges are the only ones that it pads with zeros.
 */
export class Band implements Stage {
  readonly #options: BandOptions
  readonly #next: Stage
  readonly #height: number
  #rows: Float32Array[] = []
  /** What the network sees of `#rows` and of the `#above` rows before them, which have been passed on. */
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
