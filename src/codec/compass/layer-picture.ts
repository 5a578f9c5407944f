import type { ModelRunner, Runtime, Tensor } from '../../runtime/types.ts'
import { MEAN_STEPS } from './entropy-parameters.ts'
import { type LayerGeometry, stripGeometry } from './geometry.ts'
import type { LatentSource, StripLatents } from './latents.ts'
import type { PictureRows, Predictor } from './predictor.ts'
import { RowWindow } from './row-window.ts'
import { atQuality, type DecoderTable } from './tables.ts'
import { pictureTensor, samplesOf } from './tile.ts'

/**
 * One layer's picture, synthesised strip by strip from its latents and (enhancement layers) its prediction; COMPASS,
 * eq. (2) and (22). A strip is synthesised with `haloRows` rows of its neighbours around it, which is all that its
 * pixels depend on, so strips give what the whole picture would give.
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

  async #strip(index: number): Promise<void> {
    const { patch, haloRows } = this.#table
    const strip = stripGeometry(this.#geometry, index, this.#table)
    const first = Math.max(strip.latentTop - haloRows / patch, 0)
    const last = Math.min(strip.latentTop + strip.latentRows + haloRows / patch, this.#geometry.latentHeight)
    const feeds: Record<string, Tensor> = { latents: await this.#latentTile(first, last) }
    const columns = this.#geometry.latentWidth * patch
    if (this.#predictor) {
      await this.#predictor.ensure(last * patch)
      feeds.prediction = pictureTensor(
        this.#predictor.rows,
        this.height,
        first * patch,
        (last - first) * patch,
        columns,
      )
    }
    const { picture } = await this.#network.run(feeds)
    const rows = strip.bottom - strip.top
    this.rows.push(samplesOf(picture as Tensor, strip.top - first * patch, rows, this.width), rows)
    this.#predictor?.rows.discard(strip.bottom - haloRows)
    this.#latents.release('pixels', index)
  }

  /** Latent rows [first, last) in the networks' units. */
  async #latentTile(first: number, last: number): Promise<Tensor> {
    const { latentWidth, stripLatents } = this.#geometry
    const channels = this.#table.latents
    const data = new Float32Array(channels * (last - first) * latentWidth)
    let strip: StripLatents | undefined
    for (let row = first; row < last; row++) {
      const inside = row % stripLatents
      if (!strip || inside === 0) strip = await this.#latents.strip(Math.floor(row / stripLatents))
      const { values } = strip
      for (let channel = 0; channel < channels; channel++) {
        const gain = this.#inverseGain[channel] ?? 0
        const from = (channel * strip.rows + inside) * latentWidth
        const to = (channel * (last - first) + row - first) * latentWidth
        for (let x = 0; x < latentWidth; x++) data[to + x] = (values[from + x] as number) * gain
      }
    }
    return { data, dims: [1, channels, last - first, latentWidth] }
  }
}
