import type { RgbImage } from '../../../core/image.ts'
import { release } from '../../../core/release.ts'
import { estimateBits } from '../../../entropy/estimate.ts'
import { createRansEncoder } from '../../../entropy/rans-encoder.ts'
import type { ModelRunner, Runtime, Tensor } from '../../../runtime/types.ts'
import type { ObservePhase } from '../../encode-phases.ts'
import type { EntropyModel } from '../latents/entropy-parameters.ts'
import type { SymbolTap } from '../latents/latent-decoder.ts'
import { emptyLatents, type StripLatents } from '../latents/passes.ts'
import { columnTiles } from '../picture/layer-picture.ts'
import type { Predictor } from '../picture/predictor.ts'
import { pictureCells } from '../shared/cells.ts'
import type { StripGeometry } from '../shared/geometry.ts'
import { atQuality, type DecoderTable, type EncoderTable, loadEncoderTable } from '../shared/tables.ts'
import {
  paddedPlanes,
  pictureTensor,
  quantizeHyperLatents,
  sourceCells,
  storeLatents,
} from './encoder-tensors.ts'
import { quantize } from './quantize.ts'
import { type CodedStrip, descend } from './refine.ts'
import { StripCost, type StripPicture } from './strip-cost.ts'

/** Latent rows around a strip that analysis reads: one for each of its 3x3 convolutions. */
const ANALYSIS_HALO = 2
/** Widest tile of analysis, in latents. Its memory grows with the area and is the largest part of encoding's. */
const TILE_LATENTS = 80
/** Bits per pixel below which the cost of a residual is compared with that of none; above, it has always paid. */
const DOUBTFUL_BITS = 0.06

interface LatentEncoderParts {
  readonly encoder: Runtime
  readonly decoder: Runtime
  readonly table: DecoderTable
  readonly quality: number
  readonly picture: RgbImage
  readonly model: EntropyModel
  readonly predictor: Predictor | undefined
  readonly tap: SymbolTap | undefined
  /** Gradient steps on the latents of each strip. */
  readonly refine: number
  readonly observe: ObservePhase
}

interface EncoderNetworks {
  readonly analysis: ModelRunner
  readonly hyperAnalysis: ModelRunner
  readonly cost: StripCost
  readonly encoding: EncoderTable
}

/** Computes and codes a layer's latents, strip by strip; COMPASS, eq. (21)-(24). */
export class LatentEncoder {
  /** Coded strips by index. An empty one has no residual. */
  readonly strips: Uint8Array[] = []
  readonly #parts: LatentEncoderParts
  readonly #networks: EncoderNetworks
  readonly #gain: Float64Array
  readonly #hyperOffset: Float64Array

  private constructor(parts: LatentEncoderParts, networks: EncoderNetworks) {
    const { base, enhancement } = networks.encoding
    const numbers = parts.predictor ? enhancement : base
    this.#parts = parts
    this.#networks = networks
    this.#gain = atQuality(numbers.logGain, parts.quality).map(Math.exp)
    this.#hyperOffset = atQuality(numbers.sideOffset, parts.quality)
  }

  static async create(parts: LatentEncoderParts): Promise<LatentEncoder> {
    const { encoder, table, quality, predictor, refine } = parts
    const kind = predictor ? 'enhancement' : 'base'
    const encoding = await loadEncoderTable(encoder)
    return new LatentEncoder(parts, {
      analysis: await encoder.load(`${kind}-analysis`),
      hyperAnalysis: await encoder.load(`${kind}-side-analysis`),
      cost: await StripCost.load(parts, { table, encoding }, kind, quality, refine > 0),
      encoding,
    })
  }

  /** Encodes a strip into `strips` and returns its latents as a decoder will have them. */
  async strip(strip: StripGeometry): Promise<StripLatents> {
    const { model, tap, observe } = this.#parts
    const latents = await observe('analysis', () => this.#analyse(strip))
    const coded = await this.#best(strip, latents)
    if (!coded) {
      this.strips[strip.index] = new Uint8Array()
      tap?.(strip.index, new Int16Array(), [])
      return emptyLatents(strip.latentRows)
    }
    const coder = createRansEncoder()
    coder.encode(model.hyperScaleIndexes(strip), coded.hyperSymbols)
    for (const { scaleIndexes, symbols } of coded.passes) coder.encode(scaleIndexes, symbols)
    this.strips[strip.index] = coder.finish()
    const symbols = coded.passes.map((pass) => pass.symbols)
    tap?.(strip.index, coded.hyperSymbols, symbols)
    return coded.latents
  }

  /** Codes these latents in the cheapest way found. Returns undefined when no residual is cheaper. */
  async #best(strip: StripGeometry, latents: Float32Array): Promise<CodedStrip | undefined> {
    const { refine, predictor, observe } = this.#parts
    const hyperSymbols = await observe('analysis', () => this.#hyperSymbols(strip, latents))
    const features = await this.#parts.model.features(strip, hyperSymbols)
    const attempt = (values: Float32Array, curvature?: Float64Array) =>
      this.#attempt(strip, hyperSymbols, features, values, curvature)
    const first = await attempt(latents)
    const { patch } = this.#parts.table
    const pixels = strip.latentRows * Math.ceil(this.#parts.picture.width / patch) * patch * patch
    const isDoubtful = predictor !== undefined && first.bits < DOUBTFUL_BITS * pixels
    if (refine === 0 && !isDoubtful) return first
    const picture = this.#stripPicture(strip)
    const { cost } = this.#networks
    const best = await descend({ picture, cost, latents, first, attempt, steps: refine })
    const isWorth = !isDoubtful || best.cost < cost.ofPrediction(picture)
    return isWorth ? best.coded : undefined
  }

  async #attempt(
    strip: StripGeometry,
    hyperSymbols: Int16Array,
    features: Int16Array,
    latents: Float32Array,
    curvature?: Float64Array,
  ): Promise<CodedStrip> {
    const { model } = this.#parts
    let bits = estimateBits(model.hyperScaleIndexes(strip), hyperSymbols)
    const passes: { scaleIndexes: Uint8Array; symbols: Int16Array }[] = []
    const decoded = await model.code(strip, features, (parameters) => {
      const { scaleIndexes } = parameters
      const symbols = quantize(latents, parameters, curvature)
      bits += estimateBits(scaleIndexes, symbols)
      passes.push({ scaleIndexes, symbols })
      return symbols
    })
    return { hyperSymbols, passes, latents: decoded, bits }
  }

  #stripPicture(strip: StripGeometry): StripPicture {
    const { picture, predictor, table } = this.#parts
    const area = {
      top: strip.top,
      left: 0,
      rows: strip.latentRows * table.patch,
      columns: Math.ceil(picture.width / table.patch) * table.patch,
    }
    return {
      rows: area.rows,
      columns: area.columns,
      target: sourceCells(picture, area),
      prediction: predictor && pictureCells(predictor.rows, picture.height, area),
    }
  }

  /** Computes a strip's latents in coded units, [row][column][channel]. */
  async #analyse(strip: StripGeometry): Promise<Float32Array> {
    const { picture, predictor, observe } = this.#parts
    const { patch, latents: channels } = this.#parts.table
    const columns = Math.ceil(picture.width / patch)
    const first = Math.max(strip.latentTop - ANALYSIS_HALO, 0)
    const last = Math.min(
      strip.latentTop + strip.latentRows + ANALYSIS_HALO,
      Math.ceil(picture.height / patch),
    )
    if (predictor) await observe('synthesis', () => predictor.ensure(last * patch))
    const out = new Float32Array(channels * strip.latentRows * columns)
    for (const { left, right } of columnTiles(columns, TILE_LATENTS)) {
      const from = Math.max(left - ANALYSIS_HALO, 0)
      const wide = Math.min(right + ANALYSIS_HALO, columns) - from
      const area = {
        top: first * patch,
        left: from * patch,
        rows: (last - first) * patch,
        columns: wide * patch,
      }
      const tensor = (cells: Int16Array): Tensor => pictureTensor(cells, area.rows, area.columns)
      const feeds: Record<string, Tensor> = { picture: tensor(sourceCells(picture, area)) }
      if (predictor) feeds.prediction = tensor(pictureCells(predictor.rows, picture.height, area))
      const { latents } = await this.#networks.analysis.run(feeds)
      const data = latents?.data ?? new Float32Array()
      const tile = { data, columns: wide, top: strip.latentTop - first, left: left - from }
      storeLatents(tile, this.#gain, out, { rows: strip.latentRows, columns, left, right })
      release(data, feeds.picture?.data, feeds.prediction?.data)
    }
    return out
  }

  /** Computes the symbols of the hyper-latents from latents padded by replication to the stride of the hyper-latents. */
  async #hyperSymbols(strip: StripGeometry, latents: Float32Array): Promise<Int16Array> {
    const { table, picture, model } = this.#parts
    const { sideStride, latents: channels } = table
    const columns = Math.ceil(picture.width / table.patch)
    const [rows, wide] = [strip.hyperRows * sideStride, strip.hyperColumns * sideStride]
    const data = paddedPlanes(latents, channels, strip.latentRows, columns, rows, wide)
    const dims = [1, channels, rows, wide]
    const { side: planes } = await this.#networks.hyperAnalysis.run({ latents: { data, dims } })
    const cells = strip.hyperRows * strip.hyperColumns
    return quantizeHyperLatents(
      planes?.data ?? new Float32Array(),
      model.table.side,
      this.#hyperOffset,
      cells,
    )
  }
}
