import { release } from '../../core/release.ts'
import { leastBits } from '../../entropy/estimate.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { ModelRunner, Runtime, Tensor } from '../../runtime/types.ts'
import type { LayerGeometry, StripGeometry } from './geometry.ts'
import { type LatentSource, latentStrips, type StripLatents } from './latents.ts'
import { type DecoderTable, type LayerTable, qualityCode, scaleCode } from './tables.ts'

/** Means are multiples of 1/16. */
export const MEAN_STEPS = 16
const CONTEXT_LIMIT = 255
/** Largest value that 16 bits hold. */
const VALUE_LIMIT = 32767

/** Entropy parameters of one strip, planar [channel][row][column], cropped to the strip's latents. */
export interface EntropyParameters {
  /** 16 x mean. */
  readonly means: Int32Array
  /** Entropy table of each latent, 0..63. */
  readonly indexes: Uint8Array
}

/** The layer below, as far as entropy parameters may look at it: integers only. */
export interface LayerBelow {
  readonly info: LayerInfo
  readonly latents: LatentSource
}

/**
 * Runs a layer's integer network: side latents, quality, and (enhancement layers) the scale factor and the integers of
 * the layer below by nearest neighbour give each latent's mean and entropy table. Encoder and decoder share this code
 * to the letter, which is what keeps them in step.
 */
export class EntropyModel {
  readonly table: LayerTable
  readonly #decoder: DecoderTable
  readonly #info: LayerInfo
  readonly #layer: LayerGeometry
  readonly #below: LayerBelow | undefined
  readonly #network: ModelRunner

  private constructor(
    decoder: DecoderTable,
    info: LayerInfo,
    layer: LayerGeometry,
    below: LayerBelow | undefined,
    network: ModelRunner,
  ) {
    this.table = below ? decoder.enhancement : decoder.base
    this.#decoder = decoder
    this.#info = info
    this.#layer = layer
    this.#below = below
    this.#network = network
  }

  static async load(
    runtime: Runtime,
    decoder: DecoderTable,
    info: LayerInfo,
    layer: LayerGeometry,
    below?: LayerBelow,
  ): Promise<EntropyModel> {
    const network = await runtime.load(below ? 'enhancement-entropy' : 'base-entropy')
    return new EntropyModel(decoder, info, layer, below, network)
  }

  /** Entropy table of each side latent of a strip, channel by channel. */
  sideIndexes(strip: StripGeometry): Uint8Array {
    const cells = strip.sideRows * strip.sideColumns
    const indexes = new Uint8Array(this.table.side * cells)
    for (const [channel, table] of this.#sideTables().entries()) {
      indexes.fill(table, channel * cells, (channel + 1) * cells)
    }
    return indexes
  }

  /** Bits that the side latents of a strip take at the very least; with them a strip's length proves its size. */
  leastSideBits(strip: StripGeometry): number {
    const bits = this.#sideTables().reduce((sum, table) => sum + leastBits(table), 0)
    return strip.sideRows * strip.sideColumns * bits
  }

  /** @param side symbols of the side latents, [channel][row][column] */
  async parameters(strip: StripGeometry, side: Int16Array): Promise<EntropyParameters> {
    const feeds: Record<string, Tensor> = { side: this.#sideTensor(strip, side) }
    if (this.#below) feeds.context = await this.#contextTensor(strip, this.#below)
    const { means, indexes } = await this.#network.run(feeds)
    release(feeds.side?.data, feeds.context?.data)
    const parameters = {
      means: this.#unpack(strip, means as Tensor, (length) => new Int32Array(length)),
      indexes: this.#unpack(strip, indexes as Tensor, (length) => new Uint8Array(length)),
    }
    release(means?.data, indexes?.data)
    return parameters
  }

  #sideTables(): number[] {
    const row = this.table.sideIndexes[this.#info.quality - 1] ?? []
    return Array.from({ length: this.table.side }, (_, channel) => row[channel] ?? 1)
  }

  #sideTensor(strip: StripGeometry, side: Int16Array): Tensor {
    const cells = strip.sideRows * strip.sideColumns
    const planes = [qualityCode(this.#info.quality)]
    if (this.#below) {
      const { info } = this.#below
      const { width, height } = this.#info
      planes.push(scaleCode(this.#decoder.scaleThresholds, width * height, info.width * info.height))
    }
    const data = new Float32Array((this.table.side + planes.length) * cells)
    for (let i = 0; i < side.length; i++) data[i] = Math.min(Math.max(side[i] ?? 0, -255), 255)
    planes.forEach((value, p) => {
      data.fill(value, (this.table.side + p) * cells, (this.table.side + p + 1) * cells)
    })
    return { data, dims: [1, this.table.side + planes.length, strip.sideRows, strip.sideColumns] }
  }

  /**
   * The context below each latent's centre, 2x2 latents to a cell: [position * planes + plane][row / 2][column / 2];
   * zero where the side grid reaches past the latents.
   */
  async #contextTensor(strip: StripGeometry, below: LayerBelow): Promise<Tensor> {
    const { latentWidth } = this.#layer
    const geometry = below.latents.geometry
    const columnBelow = nearestLatents(
      latentWidth,
      0,
      geometry.width,
      this.#layer.width,
      geometry.latentWidth,
    )
    const rowBelow = nearestLatents(
      strip.latentRows,
      strip.latentTop,
      geometry.height,
      this.#layer.height,
      geometry.latentHeight,
    )
    // All strips before the tensor: each may have to be decoded first, with tensors of its own.
    const lower = await latentStrips(below.latents, rowBelow[0] ?? 0, (rowBelow.at(-1) ?? 0) + 1)
    const { cellRows, cellColumns } = this.#cells(strip)
    const { latents } = this.#decoder
    const plane = cellRows * cellColumns
    const data = new Float32Array(8 * latents * plane)
    for (let row = 0; row < strip.latentRows; row++) {
      const source = rowBelow[row] ?? 0
      const { values, indexes, rows } = lower.at(source)
      const first = (source % geometry.stripLatents) * geometry.latentWidth
      for (let channel = 0; channel < latents; channel++) {
        const from = channel * rows * geometry.latentWidth + first
        for (let parity = 0; parity < 2; parity++) {
          const position = (2 * (row & 1) + parity) * 2 * latents + channel
          let to = position * plane + (row >> 1) * cellColumns
          const shift = latents * plane
          for (let x = parity; x < latentWidth; x += 2, to++) {
            const below = from + (columnBelow[x] as number)
            data[to] = Math.min(Math.abs(values[below] as number), CONTEXT_LIMIT)
            data[to + shift] = indexes[below] as number
          }
        }
      }
    }
    // The next strip begins where this one ended; it may still need the strip that holds this one's last row.
    below.latents.release('context', lower.last)
    return { data, dims: [1, 8 * latents, cellRows, cellColumns] }
  }

  /** From [channel * 4 + position][row / 2][column / 2] to the strip's latents. */
  #unpack<T extends Int32Array | Uint8Array>(
    strip: StripGeometry,
    { data }: Tensor,
    allocate: (length: number) => T,
  ): T {
    const { cellRows, cellColumns } = this.#cells(strip)
    const { latentWidth } = this.#layer
    const out = allocate(this.#decoder.latents * strip.latentRows * latentWidth)
    for (let channel = 0; channel < this.#decoder.latents; channel++) {
      for (let row = 0; row < strip.latentRows; row++) {
        const to = (channel * strip.latentRows + row) * latentWidth
        for (let parity = 0; parity < 2; parity++) {
          let from = ((channel * 4 + 2 * (row & 1) + parity) * cellRows + (row >> 1)) * cellColumns
          for (let x = parity; x < latentWidth; x += 2) out[to + x] = data[from++] as number
        }
      }
    }
    return out
  }

  /** The grid of 2x2 latents that the side latents of a strip span. */
  #cells(strip: StripGeometry): { cellRows: number; cellColumns: number } {
    const half = this.#decoder.sideStride / 2
    return { cellRows: strip.sideRows * half, cellColumns: strip.sideColumns * half }
  }
}

/** Latents from symbols and parameters. Takes the parameters over. */
export function reconstruct(symbols: Int16Array, parameters: EntropyParameters, rows: number): StripLatents {
  const { means, indexes } = parameters
  let largest = 0
  for (let i = 0; i < means.length; i++) {
    const value = MEAN_STEPS * (symbols[i] as number) + (means[i] as number)
    means[i] = value
    largest = Math.max(largest, Math.abs(value))
  }
  if (largest > VALUE_LIMIT) return { rows, values: means, indexes }
  const values = new Int16Array(means)
  release(means)
  return { rows, values, indexes }
}

/** Index of the lower layer's latent under the centre of each of `count` latents, by integer arithmetic. */
export function nearestLatents(
  count: number,
  first: number,
  pixelsBelow: number,
  pixels: number,
  countBelow: number,
): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    Math.min(Math.floor(((2 * (first + i) + 1) * pixelsBelow) / (2 * pixels)), countBelow - 1),
  )
}
