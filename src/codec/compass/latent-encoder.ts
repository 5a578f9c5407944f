import type { RgbImage } from '../../core/image.ts'
import { createRansEncoder } from '../../entropy/rans-encoder.ts'
import { MAX_SYMBOL } from '../../entropy/tables.ts'
import type { ModelRunner, Runtime, Tensor } from '../../runtime/types.ts'
import { type EntropyModel, MEAN_STEPS, reconstruct } from './entropy-parameters.ts'
import type { StripGeometry } from './geometry.ts'
import type { SymbolTap } from './latent-decoder.ts'
import type { StripLatents } from './latents.ts'
import type { Predictor } from './predictor.ts'
import { atQuality, type DecoderTable, loadEncoderTable } from './tables.ts'
import { pictureTensor } from './tile.ts'

/** Latent rows around a strip that analysis looks at. */
const ANALYSIS_HALO = 1
const SIDE_LIMIT = 255

/** Finds a layer's latents strip by strip and writes them; COMPASS, eq. (21)-(24). */
export class LatentEncoder {
  /** Coded strips, by index. */
  readonly strips: Uint8Array[] = []
  readonly #table: DecoderTable
  readonly #picture: RgbImage
  readonly #model: EntropyModel
  readonly #predictor: Predictor | undefined
  readonly #analysis: ModelRunner
  readonly #sideAnalysis: ModelRunner
  readonly #gain: Float64Array
  readonly #sideOffset: Float64Array
  readonly #tap: SymbolTap | undefined

  private constructor(
    table: DecoderTable,
    picture: RgbImage,
    model: EntropyModel,
    predictor: Predictor | undefined,
    networks: readonly [ModelRunner, ModelRunner],
    gain: Float64Array,
    sideOffset: Float64Array,
    tap: SymbolTap | undefined,
  ) {
    this.#table = table
    this.#picture = picture
    this.#model = model
    this.#predictor = predictor
    this.#analysis = networks[0]
    this.#sideAnalysis = networks[1]
    this.#gain = gain
    this.#sideOffset = sideOffset
    this.#tap = tap
  }

  static async create(
    runtime: Runtime,
    table: DecoderTable,
    quality: number,
    picture: RgbImage,
    model: EntropyModel,
    predictor?: Predictor,
    tap?: SymbolTap,
  ): Promise<LatentEncoder> {
    const kind = predictor ? 'enhancement' : 'base'
    const numbers = (await loadEncoderTable(runtime))[kind]
    const networks = [
      await runtime.load(`${kind}-analysis`),
      await runtime.load(`${kind}-side-analysis`),
    ] as const
    const gain = atQuality(numbers.logGain, quality).map(Math.exp)
    return new LatentEncoder(
      table,
      picture,
      model,
      predictor,
      networks,
      gain,
      atQuality(numbers.sideOffset, quality),
      tap,
    )
  }

  /** Encodes strip `strip` into `strips` and gives its latents as the decoder will find them. */
  async strip(strip: StripGeometry): Promise<StripLatents> {
    const latents = await this.#latents(strip)
    const side = await this.#side(strip, latents)
    const parameters = await this.#model.parameters(strip, side)
    const symbols = new Int16Array(latents.length)
    for (let i = 0; i < symbols.length; i++) {
      // Table 0 is so narrow that about one latent in 10^5 is not zero: those are given up and cost nothing.
      if (parameters.indexes[i] === 0) continue
      const value = Math.round((latents[i] as number) - (parameters.means[i] as number) / MEAN_STEPS)
      symbols[i] = Math.min(Math.max(value, -MAX_SYMBOL), MAX_SYMBOL)
    }
    const encoder = createRansEncoder()
    encoder.encode(this.#model.sideIndexes(strip), side)
    encoder.encode(parameters.indexes, symbols)
    this.strips[strip.index] = encoder.finish()
    this.#tap?.(strip.index, side, symbols)
    return reconstruct(symbols, parameters, strip.latentRows)
  }

  /** Latents in coded units, [channel][row][column] of the strip. */
  async #latents(strip: StripGeometry): Promise<Float32Array> {
    const { patch, latents: channels } = this.#table
    const { width, height } = this.#picture
    const columns = Math.ceil(width / patch)
    const first = Math.max(strip.latentTop - ANALYSIS_HALO, 0)
    const last = Math.min(strip.latentTop + strip.latentRows + ANALYSIS_HALO, Math.ceil(height / patch))
    const feeds: Record<string, Tensor> = {
      picture: this.#sourceTensor(first * patch, (last - first) * patch, columns * patch),
    }
    if (this.#predictor) {
      await this.#predictor.ensure(last * patch)
      feeds.prediction = pictureTensor(this.#predictor.rows, height, {
        top: first * patch,
        left: 0,
        rows: (last - first) * patch,
        columns: columns * patch,
      })
    }
    const { latents } = await this.#analysis.run(feeds)
    const out = new Float32Array(channels * strip.latentRows * columns)
    for (let channel = 0; channel < channels; channel++) {
      const gain = this.#gain[channel] ?? 1
      const from = (channel * (last - first) + strip.latentTop - first) * columns
      const to = channel * strip.latentRows * columns
      for (let i = 0; i < strip.latentRows * columns; i++) out[to + i] = (latents?.data[from + i] ?? 0) * gain
    }
    return out
  }

  #sourceTensor(top: number, rows: number, columns: number): Tensor {
    const { width, height, data: pixels } = this.#picture
    const data = new Float32Array(3 * rows * columns)
    for (let row = 0; row < rows; row++) {
      const line = Math.min(top + row, height - 1) * width
      for (let x = 0; x < columns; x++) {
        const pixel = 3 * (line + Math.min(x, width - 1))
        for (let channel = 0; channel < 3; channel++) {
          data[(channel * rows + row) * columns + x] = (pixels[pixel + channel] as number) / 255
        }
      }
    }
    return { data, dims: [1, 3, rows, columns] }
  }

  /** Symbols of the side latents; the latents are padded by replication to the side's stride. */
  async #side(strip: StripGeometry, latents: Float32Array): Promise<Int16Array> {
    const { sideStride, latents: channels } = this.#table
    const columns = Math.ceil(this.#picture.width / this.#table.patch)
    const [rows, wide] = [strip.sideRows * sideStride, strip.sideColumns * sideStride]
    const data = new Float32Array(channels * rows * wide)
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < rows; row++) {
        const from = (channel * strip.latentRows + Math.min(row, strip.latentRows - 1)) * columns
        const to = (channel * rows + row) * wide
        for (let x = 0; x < wide; x++) data[to + x] = latents[from + Math.min(x, columns - 1)] as number
      }
    }
    const { side } = await this.#sideAnalysis.run({ latents: { data, dims: [1, channels, rows, wide] } })
    const cells = strip.sideRows * strip.sideColumns
    return Int16Array.from({ length: this.#model.table.side * cells }, (_, i) => {
      const value = Math.round((side?.data[i] ?? 0) - (this.#sideOffset[Math.floor(i / cells)] ?? 0))
      return Math.min(Math.max(value, -SIDE_LIMIT), SIDE_LIMIT)
    })
  }
}
