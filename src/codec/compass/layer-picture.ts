import { release } from '../../core/release.ts'
import type { ModelRunner, Runtime, Tensor } from '../../runtime/types.ts'
import { MEAN_STEPS } from './entropy-parameters.ts'
import { type LayerGeometry, stripGeometry } from './geometry.ts'
import { type LatentSource, type LatentStrips, latentStrips } from './latents.ts'
import type { PictureRows, Predictor } from './predictor.ts'
import { RowWindow } from './row-window.ts'
import { atQuality, type DecoderTable } from './tables.ts'
import { halfTensor, storeSamples } from './tile.ts'

/**
 * Widest tile of synthesis in pixels. A strip is cut into such tiles, because what a run of the network takes grows
 * with its area and is most of the memory of decoding; a tile's halo costs little, as strips are high.
 */
const TILE_COLUMNS = 640

/** Latent rows [top, bottom) and columns [left, right). */
interface LatentArea {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/**
 * One layer's picture, synthesised strip by strip from its latents and (enhancement layers) its prediction; COMPASS,
 * eq. (2) and (22). A strip is synthesised in tiles with `haloRows` rows and columns of their neighbours around them,
 * which is all that their pixels depend on, so tiles give what the whole picture would give.
 */
export class LayerPicture implements PictureRows {
  readonly width: number
  readonly height: number
  readonly rows: RowWindow<Int16Array>
  readonly #geometry: LayerGeometry
  readonly #table: DecoderTable
  readonly #latents: LatentSource
  readonly #predictor: Predictor | undefined
  readonly #network: ModelRunner
  readonly #inverseGain: Float64Array
  #next = 0

  private constructor(
    table: DecoderTable,
    quality: number,
    latents: LatentSource,
    predictor: Predictor | undefined,
    network: ModelRunner,
  ) {
    this.#geometry = latents.geometry
    this.width = this.#geometry.width
    this.height = this.#geometry.height
    this.rows = new RowWindow((length) => new Int16Array(length), 3, this.width)
    this.#table = table
    this.#latents = latents
    this.#predictor = predictor
    this.#network = network
    const layer = predictor ? table.enhancement : table.base
    this.#inverseGain = atQuality(layer.logInverseGain, quality).map((value) => Math.exp(value) / MEAN_STEPS)
  }

  static async create(
    runtime: Runtime,
    table: DecoderTable,
    quality: number,
    latents: LatentSource,
    predictor?: Predictor,
  ): Promise<LayerPicture> {
    const network = await runtime.load(predictor ? 'enhancement-synthesis' : 'base-synthesis')
    return new LayerPicture(table, quality, latents, predictor, network)
  }

  async ensure(row: number): Promise<void> {
    while (this.rows.to < Math.min(row, this.height)) await this.#strip(this.#next++)
  }

  /** Gives the memory of this layer back. */
  close(): void {
    this.rows.close()
    this.#predictor?.rows.close()
    this.#latents.close()
  }

  async #strip(index: number): Promise<void> {
    const { patch, haloRows } = this.#table
    const { latentHeight, latentWidth } = this.#geometry
    const strip = stripGeometry(this.#geometry, index, this.#table)
    const halo = haloRows / patch
    const first = Math.max(strip.latentTop - halo, 0)
    const last = Math.min(strip.latentTop + strip.latentRows + halo, latentHeight)
    // Whatever may wait for the layers below comes before the first large array.
    await this.#predictor?.ensure(last * patch)
    const latents = await latentStrips(this.#latents, first, last)
    const rows = strip.bottom - strip.top
    this.rows.extend(rows)
    for (const { left, right } of columnTiles(latentWidth, TILE_COLUMNS / patch)) {
      const area = {
        top: first,
        bottom: last,
        left: Math.max(left - halo, 0),
        right: Math.min(right + halo, latentWidth),
      }
      const feeds = this.#feeds(latents, area)
      const { picture } = await this.#network.run(feeds)
      storeSamples(
        picture as Tensor,
        { top: strip.top - area.top * patch, left: (left - area.left) * patch },
        this.rows,
        {
          top: strip.top,
          left: left * patch,
          rows,
          columns: Math.min(right * patch, this.width) - left * patch,
        },
      )
      release(picture?.data, feeds.latents?.data, feeds.prediction?.data)
    }
    this.#predictor?.rows.discard(strip.bottom - haloRows)
    this.#latents.release('pixels', index)
  }

  #feeds(latents: LatentStrips, area: LatentArea): Record<string, Tensor> {
    const feeds: Record<string, Tensor> = { latents: this.#latentTile(latents, area) }
    if (this.#predictor) {
      const { patch } = this.#table
      feeds.prediction = halfTensor(this.#predictor.rows, this.height, {
        top: area.top * patch,
        rows: (area.bottom - area.top) * patch,
        left: area.left * patch,
        columns: (area.right - area.left) * patch,
      })
    }
    return feeds
  }

  /** Latents of an area in the networks' units. */
  #latentTile(latents: LatentStrips, { top, bottom, left, right }: LatentArea): Tensor {
    const { latentWidth, stripLatents } = this.#geometry
    const channels = this.#table.latents
    const [rows, columns] = [bottom - top, right - left]
    const data = new Float32Array(channels * rows * columns)
    for (let row = top; row < bottom; row++) {
      const strip = latents.at(row)
      for (let channel = 0; channel < channels; channel++) {
        const gain = this.#inverseGain[channel] ?? 0
        const from = (channel * strip.rows + (row % stripLatents)) * latentWidth + left
        const to = (channel * rows + row - top) * columns
        for (let x = 0; x < columns; x++) data[to + x] = (strip.values[from + x] as number) * gain
      }
    }
    return { data, dims: [1, channels, rows, columns] }
  }
}

/** [0, count) in parts of at most `size`, as equal as can be. */
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
