import type { ModelRunner, Runtime } from '../../runtime/types.ts'
import { type Axis, makeAxis } from './axis.ts'
import { filterTokens, type LiffKernel, quantizeFeatures, quantizeFilters, SAMPLE_SCALE } from './liff.ts'
import { RowWindow } from './row-window.ts'

/** A picture that comes into being from top to bottom; samples are SAMPLE_SCALE times 0..255. */
export interface PictureRows {
  readonly width: number
  readonly height: number
  readonly rows: RowWindow<Int16Array>
  /** Resolves when the rows before `row` are (or have been) in the window. */
  ensure(row: number): Promise<void>
}

/** Rows around a feature tile that its 3x3 convolution at half resolution looks at. */
const FEATURE_HALO = 2
const UNIT = 1 / (255 * SAMPLE_SCALE)
/** Rows predicted at a time: few enough for memory, many enough that the halo of features does not weigh. */
const CHUNK_ROWS = 128

/** Prediction of a layer from the picture below it (COMPASS: the LIFF module), row by row on demand. */
export class Predictor implements PictureRows {
  readonly width: number
  readonly height: number
  readonly rows: RowWindow<Int16Array>
  readonly #below: PictureRows
  readonly #rowAxis: Axis
  readonly #columnAxis: Axis
  readonly #bank: Int16Array
  readonly #features: ModelRunner
  readonly #kernel: LiffKernel

  private constructor(
    below: PictureRows,
    rowAxis: Axis,
    columnAxis: Axis,
    bank: Int16Array,
    features: ModelRunner,
    kernel: LiffKernel,
  ) {
    this.width = columnAxis.target
    this.height = rowAxis.target
    this.rows = new RowWindow((length) => new Int16Array(length), 3, this.width)
    this.#below = below
    this.#rowAxis = rowAxis
    this.#columnAxis = columnAxis
    this.#bank = bank
    this.#features = features
    this.#kernel = kernel
  }

  static async create(
    runtime: Runtime,
    below: PictureRows,
    width: number,
    height: number,
    kernel: LiffKernel,
  ): Promise<Predictor> {
    const [rowAxis, columnAxis] = [makeAxis(below.height, height), makeAxis(below.width, width)]
    const pairs = rowAxis.offsets.length * columnAxis.offsets.length
    const mlp = await runtime.load('filters')
    const { filters } = await mlp.run({
      tokens: { data: filterTokens(rowAxis, columnAxis), dims: [pairs, 6] },
    })
    const bank = quantizeFilters(filters?.data ?? new Float32Array())
    return new Predictor(below, rowAxis, columnAxis, bank, await runtime.load('features'), kernel)
  }

  async ensure(row: number): Promise<void> {
    while (this.rows.to < Math.min(row, this.height)) {
      await this.#chunk(this.rows.to, Math.min(this.rows.to + CHUNK_ROWS, this.height))
    }
  }

  async #chunk(top: number, bottom: number): Promise<void> {
    const below = this.#below
    const nearest = this.#rowAxis.nearest
    // Bicubic taps reach two rows from the nearest one, the filters one row.
    const first = Math.max((nearest[top] ?? 0) - 2, 0)
    const last = Math.min((nearest[bottom - 1] ?? 0) + 3, below.height)
    const tileTop = Math.max((first & ~1) - FEATURE_HALO, 0)
    const tileBottom = Math.min(last + (last & 1) + FEATURE_HALO, below.height)
    await below.ensure(tileBottom)
    const features = await this.#featureTile(tileTop, tileBottom, first, last)
    const picture = new Int16Array(3 * (last - first) * below.width)
    for (let channel = 0; channel < 3; channel++) {
      const start = below.rows.offset(channel, first)
      const length = (last - first) * below.width
      picture.set(below.rows.samples.subarray(start, start + length), channel * length)
    }
    const out = new Int16Array(3 * (bottom - top) * this.width)
    this.#kernel(
      { top: first, rows: last - first, picture, features },
      this.#bank,
      this.#rowAxis,
      this.#columnAxis,
      top,
      bottom,
      out,
    )
    this.rows.push(out, bottom - top)
    if (bottom < this.height)
      below.rows.discard(Math.max((((nearest[bottom] ?? 0) - 2) & ~1) - FEATURE_HALO, 0))
  }

  async #featureTile(top: number, bottom: number, first: number, last: number): Promise<Int16Array> {
    const { width, rows: below } = this.#below
    const tile = { rows: bottom - top + ((bottom - top) & 1), width: width + (width & 1), skip: first - top }
    const data = new Float32Array(3 * tile.rows * tile.width)
    const { samples } = below
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < tile.rows; row++) {
        // An odd side is padded by replication, like every strided stage of the codec.
        const from = below.offset(channel, Math.min(top + row, bottom - 1))
        const to = (channel * tile.rows + row) * tile.width
        for (let x = 0; x < width; x++) data[to + x] = (samples[from + x] as number) * UNIT
        if (tile.width > width) data[to + width] = data[to + width - 1] as number
      }
    }
    const { features } = await this.#features.run({ picture: { data, dims: [1, 3, tile.rows, tile.width] } })
    return quantizeFeatures(features?.data ?? new Float32Array(), tile, last - first, width)
  }
}
