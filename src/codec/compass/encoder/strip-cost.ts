import type { NetworkRunner } from '../../../network/types.ts'
import { createSsimulacra2Pass } from '../../../pixels/ssimulacra2.ts'
import type { ModelRunner, Runtime, Tensor } from '../../../runtime/types.ts'
import type { StripLatents } from '../latents/passes.ts'
import { UNIT } from '../shared/cells.ts'
import { dequantize, inverseGains } from '../shared/dequantize.ts'
import { SAMPLE_SCALE } from '../shared/samples.ts'
import { type DecoderTable, type EncoderTable, QUALITY_MAX, QUALITY_MIN } from '../shared/tables.ts'
import { cellsToRgb, pictureTensor } from './encoder-tensors.ts'

/**
 * Factor of training's lambda. With a factor of 1, refinement moves files along the rate-distortion curve to smaller ones
 * of less quality; with 2, they keep about their quality and gain most.
 */
const EMPHASIS = 2

/** Smallest side, in pixels, for which SSIMULACRA2 has all its scales. Smaller strips use squared error alone. */
const LEAST_SIDE = 129

/** A strip's samples as cells of 2x2 pixels, [rows / 2][columns / 2][12]. Rows and columns are pixels, padding included. */
export interface StripPicture {
  readonly rows: number
  readonly columns: number
  readonly target: Int16Array
  /** Prediction from the layer below; undefined for the base layer. */
  readonly prediction: Int16Array | undefined
}

/** Bits per pixel that a squared error of 1 (on the scale 0..255) and a SSIMULACRA2 distance of 1 cost. */
interface Weights {
  readonly squared: number
  readonly perceptual: number
}

/**
 * Cost of a coded strip: bits + lambda * distortion, the loss of training (COMPASS, eq. (20)). The strip is synthesised
 * without its neighbours' latents in the halo, which is accurate enough to compare two codings.
 */
export class StripCost {
  readonly #table: DecoderTable
  readonly #synthesis: NetworkRunner
  readonly #gradient: ModelRunner | undefined
  readonly #gains: Float64Array
  readonly #lambda: number
  readonly #weights: Weights

  private constructor(
    table: DecoderTable,
    synthesis: NetworkRunner,
    gradient: ModelRunner | undefined,
    gains: Float64Array,
    lambda: number,
    weights: Weights,
  ) {
    this.#table = table
    this.#synthesis = synthesis
    this.#gradient = gradient
    this.#gains = gains
    this.#lambda = lambda
    this.#weights = weights
  }

  /** @param withGradient whether `derivative` will be called */
  static async load(
    { encoder, decoder }: { readonly encoder: Runtime; readonly decoder: Runtime },
    { table, encoding }: { readonly table: DecoderTable; readonly encoding: EncoderTable },
    kind: 'base' | 'enhancement',
    quality: number,
    withGradient: boolean,
  ): Promise<StripCost> {
    const synthesis = await decoder.network(`${kind}-synthesis`)
    const gradient = withGradient ? await encoder.load(`${kind}-gradient`) : undefined
    const gains = inverseGains(table, table[kind], quality)
    const lambda = EMPHASIS * (encoding.lambdas[quality - 1] ?? 0)
    const { share, [kind]: factors } = encoding.perceptual
    const position = (quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN)
    const factor = factors[Math.min(Math.floor(position * factors.length), factors.length - 1)] ?? 0
    const weights = { squared: lambda * (1 - share), perceptual: lambda * share * factor }
    return new StripCost(table, synthesis, gradient, gains, lambda, weights)
  }

  /** Cost of coded latents that take `bits` bits. */
  async of(strip: StripPicture, latents: StripLatents, bits: number): Promise<number> {
    const { rows, columns, prediction } = strip
    const { values } = latents
    const input = new Int16Array(values.length)
    dequantize(values, 0, values.length, this.#gains, this.#table.latentLimit, input, 0)
    const inputs = { latents: input, ...(prediction ? { prediction } : {}) }
    const { picture } = await this.#synthesis.run(inputs, rows, columns)
    return bits + this.#distortion(strip, picture ?? new Int16Array())
  }

  /** Cost of the prediction alone, which takes no bits. */
  ofPrediction(strip: StripPicture): number {
    return this.#distortion(strip, strip.prediction ?? new Int16Array(strip.target.length))
  }

  /** lambda * distortion, in bits. */
  #distortion({ rows, columns, target }: StripPicture, picture: Int16Array): number {
    const squared = squaredError(picture, target)
    if (Math.min(rows, columns) < LEAST_SIDE) return this.#lambda * squared
    const pass = createSsimulacra2Pass(columns, rows)
    pass.write(cellsToRgb(target, rows, columns), cellsToRgb(picture, rows, columns))
    return this.#weights.squared * squared + this.#weights.perceptual * rows * columns * pass.distance()
  }

  /**
   * Derivative of lambda * squared error by each latent in coded units, [row][column][channel], and the curvature by
   * channel. The curvature is that of an orthonormal transform, which synthesis nearly is.
   */
  async derivative(
    { rows, columns, target, prediction }: StripPicture,
    { values }: StripLatents,
  ): Promise<{ gradient: Float32Array; curvature: Float64Array }> {
    const { latents: channels, patch, latentSteps } = this.#table
    const units = this.#gains.map((gain) => (16 * gain) / latentSteps)
    const plane = values.length / channels
    const data = new Float32Array(values.length)
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) {
        data[c * plane + i] = ((values[i * channels + c] as number) / 16) * (units[c] as number)
      }
    }
    const feeds: Record<string, Tensor> = {
      latents: { data, dims: [1, channels, rows / patch, columns / patch] },
      target: pictureTensor(target, rows, columns),
    }
    if (prediction) feeds.prediction = pictureTensor(prediction, rows, columns)
    const planes = (await this.#gradient?.run(feeds))?.gradient?.data ?? new Float32Array(values.length)
    const weight = (this.#lambda * 255 * 255) / 3
    const gradient = new Float32Array(values.length)
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) {
        gradient[i * channels + c] = (planes[c * plane + i] as number) * weight * (units[c] as number)
      }
    }
    return { gradient, curvature: units.map((unit) => 2 * weight * unit * unit) }
  }
}

/** Squared error on the scale 0..255: the mean over the three colours, summed over the pixels. */
function squaredError(picture: Int16Array, target: Int16Array): number {
  let sum = 0
  for (let i = 0; i < target.length; i++) {
    const sample = Math.min(Math.max(picture[i] as number, 0), UNIT)
    const error = sample - (target[i] as number)
    sum += error * error
  }
  return sum / (3 * SAMPLE_SCALE * SAMPLE_SCALE)
}
