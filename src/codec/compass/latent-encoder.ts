import type { RgbImage } from '../../core/image.ts'
import { release } from '../../core/release.ts'
import { estimateBits, symbolBits } from '../../entropy/estimate.ts'
import { createRansEncoder } from '../../entropy/rans-encoder.ts'
import { MAX_SYMBOL } from '../../entropy/tables.ts'
import type { ModelRunner, Runtime, Tensor } from '../../runtime/types.ts'
import { pictureCells } from './cells.ts'
import { pictureTensor, sourceCells } from './encoder-tensors.ts'
import type { EntropyModel, PassParameters } from './entropy-parameters.ts'
import type { StripGeometry } from './geometry.ts'
import type { SymbolTap } from './latent-decoder.ts'
import { columnTiles } from './layer-picture.ts'
import { emptyLatents, MEAN_STEPS, type StripLatents } from './passes.ts'
import type { Predictor } from './predictor.ts'
import { type CodedStrip, descend } from './refine.ts'
import { StripCost, type StripPicture } from './strip-cost.ts'
import { atQuality, type DecoderTable, type EncoderTable, loadEncoderTable } from './tables.ts'

/** Latent rows around a strip that analysis looks at: one for each of its 3x3 convolutions. */
const ANALYSIS_HALO = 2
/** Widest tile of analysis in latents: its memory grows with the area and is most of encoding's. */
const TILE_LATENTS = 80
const SIDE_LIMIT = 255
/** Above so many bits a pixel a residual has never been seen not to pay; below, it is asked. */
const DOUBTFUL_BITS = 0.06

export interface LatentEncoderParts {
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
}

interface EncoderNetworks {
  readonly analysis: ModelRunner
  readonly sideAnalysis: ModelRunner
  readonly cost: StripCost
  readonly encoding: EncoderTable
}

/** Finds a layer's latents strip by strip and writes them; COMPASS, eq. (21)-(24). */
export class LatentEncoder {
  /** Coded strips, by index; empty ones have no residual. */
  readonly strips: Uint8Array[] = []
  readonly #parts: LatentEncoderParts
  readonly #networks: EncoderNetworks
  readonly #gain: Float64Array
  readonly #sideOffset: Float64Array

  private constructor(parts: LatentEncoderParts, networks: EncoderNetworks) {
    const { base, enhancement } = networks.encoding
    const numbers = parts.predictor ? enhancement : base
    this.#parts = parts
    this.#networks = networks
    this.#gain = atQuality(numbers.logGain, parts.quality).map(Math.exp)
    this.#sideOffset = atQuality(numbers.sideOffset, parts.quality)
  }

  static async create(parts: LatentEncoderParts): Promise<LatentEncoder> {
    const { encoder, table, quality, predictor, refine } = parts
    const kind = predictor ? 'enhancement' : 'base'
    const encoding = await loadEncoderTable(encoder)
    return new LatentEncoder(parts, {
      analysis: await encoder.load(`${kind}-analysis`),
      sideAnalysis: await encoder.load(`${kind}-side-analysis`),
      cost: await StripCost.load(parts, { table, encoding }, kind, quality, refine > 0),
      encoding,
    })
  }

  /** Encodes strip `strip` into `strips` and gives its latents as the decoder will find them. */
  async strip(strip: StripGeometry): Promise<StripLatents> {
    const { model, tap } = this.#parts
    const coded = await this.#best(strip, await this.#analyse(strip))
    if (!coded) {
      this.strips[strip.index] = new Uint8Array()
      tap?.(strip.index, new Int16Array(), [])
      return emptyLatents(strip.latentRows)
    }
    const coder = createRansEncoder()
    coder.encode(model.sideIndexes(strip), coded.side)
    for (const { indexes, symbols } of coded.passes) coder.encode(indexes, symbols)
    this.strips[strip.index] = coder.finish()
    const symbols = coded.passes.map((pass) => pass.symbols)
    tap?.(strip.index, coded.side, symbols)
    return coded.latents
  }

  /** The cheapest way found to code these latents; undefined when the residual does not pay. */
  async #best(strip: StripGeometry, latents: Float32Array): Promise<CodedStrip | undefined> {
    const { refine, predictor } = this.#parts
    const side = await this.#side(strip, latents)
    const features = await this.#parts.model.features(strip, side)
    const attempt = (values: Float32Array, curvature?: Float64Array) =>
      this.#attempt(strip, side, features, values, curvature)
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
    side: Int16Array,
    features: Int16Array,
    latents: Float32Array,
    curvature?: Float64Array,
  ): Promise<CodedStrip> {
    const { model } = this.#parts
    let bits = estimateBits(model.sideIndexes(strip), side)
    const passes: { indexes: Uint8Array; symbols: Int16Array }[] = []
    const decoded = await model.code(strip, features, (parameters) => {
      const { indexes } = parameters
      const symbols = quantize(latents, parameters, curvature)
      bits += estimateBits(indexes, symbols)
      passes.push({ indexes, symbols })
      return symbols
    })
    return { side, passes, latents: decoded, bits }
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

  /** Latents in coded units, [row][column][channel] of the strip. */
  async #analyse(strip: StripGeometry): Promise<Float32Array> {
    const { picture, predictor } = this.#parts
    const { patch, latents: channels } = this.#parts.table
    const columns = Math.ceil(picture.width / patch)
    const first = Math.max(strip.latentTop - ANALYSIS_HALO, 0)
    const last = Math.min(
      strip.latentTop + strip.latentRows + ANALYSIS_HALO,
      Math.ceil(picture.height / patch),
    )
    await predictor?.ensure(last * patch)
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
      const plane = (last - first) * wide
      for (let row = 0; row < strip.latentRows; row++) {
        const line = (strip.latentTop - first + row) * wide - from
        for (let x = left; x < right; x++) {
          const to = (row * columns + x) * channels
          for (let c = 0; c < channels; c++) {
            out[to + c] = (data[c * plane + line + x] as number) * (this.#gain[c] as number)
          }
        }
      }
      release(data, feeds.picture?.data, feeds.prediction?.data)
    }
    return out
  }

  /** Symbols of the side latents; the latents are padded by replication to the side's stride. */
  async #side(strip: StripGeometry, latents: Float32Array): Promise<Int16Array> {
    const { table, picture, model } = this.#parts
    const { sideStride, latents: channels } = table
    const columns = Math.ceil(picture.width / table.patch)
    const [rows, wide] = [strip.sideRows * sideStride, strip.sideColumns * sideStride]
    const data = new Float32Array(channels * rows * wide)
    for (let row = 0; row < rows; row++) {
      for (let x = 0; x < wide; x++) {
        const from = (Math.min(row, strip.latentRows - 1) * columns + Math.min(x, columns - 1)) * channels
        for (let channel = 0; channel < channels; channel++) {
          data[(channel * rows + row) * wide + x] = latents[from + channel] as number
        }
      }
    }
    const dims = [1, channels, rows, wide]
    const { side } = await this.#networks.sideAnalysis.run({ latents: { data, dims } })
    const cells = strip.sideRows * strip.sideColumns
    const count = model.table.side
    return Int16Array.from({ length: count * cells }, (_, i) => {
      const [cell, channel] = [Math.floor(i / count), i % count]
      const value = Math.round((side?.data[channel * cells + cell] ?? 0) - (this.#sideOffset[channel] ?? 0))
      return Math.min(Math.max(value, -SIDE_LIMIT), SIDE_LIMIT)
    })
  }
}

/** Symbols of a pass: latents less their means, rounded to the nearest or, given `curvature`, to the cheaper. */
function quantize(
  latents: Float32Array,
  { pass, cells, means, indexes }: PassParameters,
  curvature?: Float64Array,
): Int16Array {
  const symbols = new Int16Array(indexes.length)
  const { first, channels } = cells.group(pass.fine)
  cells.eachRun(pass.fine, pass.positions, (inner, outer) => {
    for (let c = 0; c < channels; c++) {
      // Table 0 is so narrow that about one latent in 10^5 is not zero: those are given up and cost nothing.
      if (indexes[inner + c] === 0) continue
      const exact = (latents[outer + c] as number) - (means[inner + c] as number) / MEAN_STEPS
      let value = Math.round(exact)
      if (curvature && value !== 0) {
        value = cheaper(exact, value, indexes[inner + c] as number, curvature[first + c] as number)
      }
      symbols[inner + c] = Math.min(Math.max(value, -MAX_SYMBOL), MAX_SYMBOL)
    }
  })
  return symbols
}

/** `symbol`, the nearest to `exact`, or its neighbour on the side of 0, by bits + curvature / 2 * error^2. */
function cheaper(exact: number, symbol: number, table: number, curvature: number): number {
  const smaller = symbol - Math.sign(symbol)
  const error = (of: number) => (curvature / 2) * (exact - of) ** 2
  const saved = symbolBits(table, symbol) - symbolBits(table, smaller)
  return error(smaller) - error(symbol) < saved ? smaller : symbol
}
