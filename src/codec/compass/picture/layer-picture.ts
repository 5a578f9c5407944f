/*
 * This folder computes pixels from latents: the prediction of a layer from the one below, and its synthesis, strip by strip.
 */
import { release } from '../../../core/release.ts'
import type { TensorAccess } from '../../../network/engine.ts'
import type { NetworkRunner } from '../../../network/types.ts'
import type { Runtime } from '../../../runtime/types.ts'
import type { CellKernel } from '../kernels/cell-kernel.ts'
import { kernelsOf } from '../kernels/kernels.ts'
import { type LatentSource, type LatentStrips, latentStrips } from '../latents/latents.ts'
import { cellReader, cellWriter, UNIT } from '../shared/cells.ts'
import { inverseGains } from '../shared/dequantize.ts'
import { type LayerGeometry, type StripGeometry, stripGeometry } from '../shared/geometry.ts'
import { RowWindow } from '../shared/row-window.ts'
import type { DecoderTable } from '../shared/tables.ts'
import type { PictureRows, Predictor } from './predictor.ts'

/**
 * Widest tile of synthesis, in pixels. A strip is cut into tiles because the memory of a network run grows with its area
 * and is the largest part of decoding's. The halo of a tile costs little, because strips are high.
 */
const TILE_COLUMNS = 640

/** An area of latents: rows [top, bottom), columns [left, right). */
interface LatentArea {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/**
 * One layer's picture, synthesised strip by strip from its latents and, in enhancement layers, its prediction; COMPASS,
 * eq. (2) and (22). A strip is synthesised in tiles, each with a halo of `haloRows` rows and columns. The pixels of a tile
 * depend on nothing outside its halo, so tiles give the same picture as one run would.
 */
export class LayerPicture implements PictureRows {
  readonly width: number
  readonly height: number
  readonly rows: RowWindow
  readonly #geometry: LayerGeometry
  readonly #table: DecoderTable
  readonly #latents: LatentSource
  readonly #predictor: Predictor | undefined
  readonly #network: NetworkRunner
  readonly #inverseGain: Float64Array
  readonly #cells: CellKernel
  readonly #haloRows: number
  #next = 0

  private constructor(
    table: DecoderTable,
    quality: number,
    latents: LatentSource,
    predictor: Predictor | undefined,
    network: NetworkRunner,
    cells: CellKernel,
  ) {
    this.#geometry = latents.geometry
    this.width = this.#geometry.width
    this.height = this.#geometry.height
    this.rows = new RowWindow(this.width)
    this.#table = table
    this.#latents = latents
    this.#predictor = predictor
    this.#network = network
    this.#cells = cells
    const layer = predictor ? table.enhancement : table.base
    this.#haloRows = layer.haloRows
    this.#inverseGain = inverseGains(table, layer, quality)
  }

  static async create(
    runtime: Runtime,
    table: DecoderTable,
    quality: number,
    latents: LatentSource,
    predictor?: Predictor,
    { cells } = kernelsOf(runtime),
  ): Promise<LayerPicture> {
    const network = await runtime.network(predictor ? 'enhancement-synthesis' : 'base-synthesis')
    return new LayerPicture(table, quality, latents, predictor, network, cells)
  }

  async ensure(row: number): Promise<void> {
    while (this.rows.to < Math.min(row, this.height)) await this.#strip(this.#next++)
  }

  /** Returns rows [top, bottom) as interleaved 8-bit RGB. */
  rgb(top: number, bottom: number): Uint8Array {
    return this.#cells.bytes(this.rows.slice(top, bottom), this.width)
  }

  /** Frees the memory of this layer. */
  close(): void {
    this.rows.close()
    this.#predictor?.rows.close()
    this.#latents.close()
  }

  async #strip(index: number): Promise<void> {
    const { patch } = this.#table
    const { latentHeight } = this.#geometry
    const strip = stripGeometry(this.#geometry, index, this.#table)
    const halo = this.#haloRows / patch
    const first = Math.max(strip.latentTop - halo, 0)
    const last = Math.min(strip.latentTop + strip.latentRows + halo, latentHeight)
    // Wait for the layers below before the first large array is allocated.
    await this.#predictor?.ensure(last * patch)
    const latents = await latentStrips(this.#latents, first, last)
    const rows = strip.bottom - strip.top
    this.rows.extend(rows)
    if (latents.at(strip.latentTop).isEmpty) this.#copyPrediction(strip)
    else await this.#synthesise(strip, latents, first, last)
    this.#predictor?.rows.discard(strip.bottom - this.#haloRows)
    this.#latents.release('pixels', index)
  }

  /** Fills a strip without a residual with its prediction. */
  #copyPrediction({ top, bottom }: StripGeometry): void {
    const target = this.rows.slice(top, bottom)
    if (this.#predictor) this.#cells.bound(this.#predictor.rows.slice(top, bottom), UNIT, target)
    else target.fill(0)
  }

  async #synthesise(strip: StripGeometry, latents: LatentStrips, first: number, last: number): Promise<void> {
    const { patch } = this.#table
    const { latentWidth } = this.#geometry
    const halo = this.#haloRows / patch
    for (const { left, right } of columnTiles(latentWidth, TILE_COLUMNS / patch)) {
      const area = {
        top: first,
        bottom: last,
        left: Math.max(left - halo, 0),
        right: Math.min(right + halo, latentWidth),
      }
      const tile = this.#latentTile(latents, area)
      const inputs: Record<string, Int16Array | TensorAccess> = { latents: tile }
      const [high, wide] = [(area.bottom - area.top) * patch, (area.right - area.left) * patch]
      if (this.#predictor) {
        const pixels = { top: area.top * patch, rows: high, left: area.left * patch, columns: wide }
        inputs.prediction = cellWriter(this.#predictor.rows, this.height, pixels)
      }
      const from = { top: strip.top - area.top * patch, left: (left - area.left) * patch }
      const picture = cellReader(from, this.rows, {
        top: strip.top,
        left: left * patch,
        rows: strip.bottom - strip.top,
        columns: Math.min(right * patch, this.width) - left * patch,
      })
      await this.#network.run(inputs, high, wide, { picture })
      release(tile)
    }
  }

  /** Dequantizes the latents of an area for synthesis, [row][column][channel]. */
  #latentTile(latents: LatentStrips, { top, bottom, left, right }: LatentArea): Int16Array {
    const { latentWidth, stripLatents } = this.#geometry
    const { latents: channels, latentLimit } = this.#table
    const run = (right - left) * channels
    const rows = Array.from({ length: bottom - top }, (_, i) => {
      const { values, isEmpty } = latents.at(top + i)
      const from = (((top + i) % stripLatents) * latentWidth + left) * channels
      return isEmpty ? undefined : values.subarray(from, from + run)
    })
    return this.#cells.dequantize(rows, run, this.#inverseGain, latentLimit)
  }
}

/** Splits [0, count) into parts of at most `size` and nearly equal lengths. */
export function columnTiles(
  count: number,
  size: number,
): { readonly left: number; readonly right: number }[] {
  const tiles = Math.ceil(count / size)
  return Array.from({ length: tiles }, (_, i) => ({
    left: Math.floor((i * count) / tiles),
    right: Math.floor(((i + 1) * count) / tiles),
  }))
}
