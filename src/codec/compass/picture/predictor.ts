import { release } from '../../../core/release.ts'
import type { NetworkRunner } from '../../../network/types.ts'
import type { Runtime } from '../../../runtime/types.ts'
import { filterTokens, type LiffKernel, quantizeFilters, withMargins } from '../kernels/liff.ts'
import { type Axis, makeAxis } from '../shared/axis.ts'
import { cellWriter, UNIT } from '../shared/cells.ts'
import { generateFilters } from '../shared/filters.ts'
import { RowWindow } from '../shared/row-window.ts'
import { loadDecoderTable } from '../shared/tables.ts'

/** A picture that is computed on demand from top to bottom. Samples are SAMPLE_SCALE times 0..255. */
export interface PictureRows {
  readonly width: number
  readonly height: number
  readonly rows: RowWindow
  /** Resolves when all rows before `row` have been computed; those not discarded are in the window. */
  ensure(row: number): Promise<void>
}

/** Rows around a feature tile that its 3x3 convolution at half resolution reads. */
const FEATURE_HALO = 2
/**
 * Most rows that are predicted at a time: half a strip and its halo. Fewer rows take less memory, but computing the halo
 * of the features again costs more.
 */
const CHUNK_ROWS = 136

/** Predicts a layer from the picture below it (LIFF module of COMPASS), row by row on demand. */
export class Predictor implements PictureRows {
  readonly width: number
  readonly height: number
  readonly rows: RowWindow
  readonly #below: PictureRows
  readonly #rowAxis: Axis
  readonly #columnAxis: Axis
  readonly #bank: Int16Array
  readonly #features: NetworkRunner
  readonly #kernel: LiffKernel

  private constructor(
    below: PictureRows,
    rowAxis: Axis,
    columnAxis: Axis,
    bank: Int16Array,
    features: NetworkRunner,
    kernel: LiffKernel,
  ) {
    this.width = columnAxis.target
    this.height = rowAxis.target
    this.rows = new RowWindow(this.width)
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
    const { filters } = await loadDecoderTable(runtime)
    const generated = generateFilters(
      filters,
      await runtime.blob('decoder'),
      filterTokens(rowAxis, columnAxis),
      pairs,
    )
    const features = await runtime.network('features')
    return new Predictor(below, rowAxis, columnAxis, quantizeFilters(generated), features, kernel)
  }

  async ensure(row: number): Promise<void> {
    const bottom = Math.min(row, this.height)
    // Predict in equal parts and no row that is not asked for, because it would take memory too early.
    for (let parts = Math.ceil((bottom - this.rows.to) / CHUNK_ROWS); parts > 0; parts--) {
      await this.#chunk(this.rows.to, this.rows.to + Math.ceil((bottom - this.rows.to) / parts))
    }
  }

  async #chunk(top: number, bottom: number): Promise<void> {
    const below = this.#below
    const nearest = this.#rowAxis.nearest
    // Bicubic taps reach two rows beyond the nearest one, the filters one row.
    const first = Math.max((nearest[top] ?? 0) - 2, 0)
    const last = Math.min((nearest[bottom - 1] ?? 0) + 3, below.height)
    const tileTop = Math.max((first & ~1) - FEATURE_HALO, 0)
    const tileBottom = Math.min(last + (last & 1) + FEATURE_HALO, below.height)
    await below.ensure(tileBottom)
    const features = await this.#featureTile(tileTop, tileBottom, first, last)
    this.rows.extend(bottom - top)
    this.#kernel(
      { top: first, rows: last - first, picture: below.rows.slice(first, last), features },
      this.#bank,
      this.#rowAxis,
      this.#columnAxis,
      top,
      bottom,
      this.rows.slice(top, bottom),
    )
    release(features)
    if (bottom < this.height)
      below.rows.discard(Math.max((((nearest[bottom] ?? 0) - 2) & ~1) - FEATURE_HALO, 0))
  }

  /** Computes the features of a tile of rows [top, bottom) and returns rows [first, last) in the layout of LiffSource. */
  async #featureTile(top: number, bottom: number, first: number, last: number): Promise<Int16Array> {
    const { width, height, rows: below } = this.#below
    // An odd side is padded by replication, as everywhere in the codec.
    const rows = bottom - top + ((bottom - top) & 1)
    const columns = width + (width & 1)
    const picture = cellWriter(below, height, { top, left: 0, rows, columns }, UNIT / 2)
    let framed: Int16Array = new Int16Array()
    await this.#features.run({ picture }, rows, columns, {
      features: (view, _, rowStride, offset) => {
        framed = withMargins(view, rowStride, offset + (first - top) * rowStride, last - first, width)
      },
    })
    return framed
  }
}
