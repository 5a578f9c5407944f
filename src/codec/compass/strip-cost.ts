import type { NetworkRunner } from '../../network/types.ts'
import type { ModelRunner, Runtime, Tensor } from '../../runtime/types.ts'
import { UNIT } from './cells.ts'
import { dequantize, inverseGains } from './dequantize.ts'
import { pictureTensor } from './encoder-tensors.ts'
import { SAMPLE_SCALE } from './liff.ts'
import type { StripLatents } from './passes.ts'
import type { DecoderTable, EncoderTable } from './tables.ts'

/**
 * What error costs against bits, over training's lambda. At lambda itself refined files slide down the curve of rate and
 * distortion, to smaller ones of less quality; at twice it they stay near where they were and gain most.
 */
const EMPHASIS = 2

/** A strip as cells of 2x2 pixels in samples, [rows / 2][columns / 2][12]; numbers of pixels with the padding. */
export interface StripPicture {
  readonly rows: number
  readonly columns: number
  readonly target: Int16Array
  /** What the layer below predicts; the base layer has none. */
  readonly prediction: Int16Array | undefined
}

/**
 * What coding a strip in some way costs: bits + lambda * squared error, the loss of training (COMPASS, eq. (20)). The
 * strip is synthesised alone, without its neighbours' latents in the halo: enough to choose between two ways.
 */
export class StripCost {
  readonly #table: DecoderTable
  readonly #synthesis: NetworkRunner
  readonly #gradient: ModelRunner | undefined
  readonly #gains: Float64Array
  readonly #lambda: number

  private constructor(
    table: DecoderTable,
    synthesis: NetworkRunner,
    gradient: ModelRunner | undefined,
    gains: Float64Array,
    lambda: number,
  ) {
    this.#table = table
    this.#synthesis = synthesis
    this.#gradient = gradient
    this.#gains = gains
    this.#lambda = lambda
  }

  /** @param withGradient whether `derivative` will be asked for */
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
    return new StripCost(table, synthesis, gradient, gains, EMPHASIS * (encoding.lambdas[quality - 1] ?? 0))
  }

  /** Cost of latents that take so many bits. */
  async of(
    { rows, columns, target, prediction }: StripPicture,
    latents: StripLatents,
    bits: number,
  ): Promise<number> {
    const { values } = latents
    const input = new Int16Array(values.length)
    dequantize(values, 0, values.length, this.#gains, this.#table.latentLimit, input, 0)
    const inputs = { latents: input, ...(prediction ? { prediction } : {}) }
    const { picture } = await this.#synthesis.run(inputs, rows, columns)
    return bits + this.#lambda * squaredError(picture ?? new Int16Array(), target)
  }

  /** Cost of the prediction alone, for nothing. */
  ofPrediction({ target, prediction }: StripPicture): number {
    return this.#lambda * squaredError(prediction ?? new Int16Array(target.length), target)
  }

  /**
   * Derivative and curvature of lambda * squared error by each latent in coded units, [row][column][channel]. The
   * curvature is that of an orthonormal transform, which synthesis is nearly.
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
    const found = (await this.#gradient?.run(feeds))?.gradient?.data ?? new Float32Array(values.length)
    const weight = (this.#lambda * 255 * 255) / 3
    const gradient = new Float32Array(values.length)
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) {
        gradient[i * channels + c] = (found[c * plane + i] as number) * weight * (units[c] as number)
      }
    }
    return { gradient, curvature: units.map((unit) => 2 * weight * unit * unit) }
  }
}

/** Of 255^2, the mean of the colours, summed over pixels. */
function squaredError(picture: Int16Array, target: Int16Array): number {
  let sum = 0
  for (let i = 0; i < target.length; i++) {
    const sample = Math.min(Math.max(picture[i] as number, 0), UNIT)
    const error = sample - (target[i] as number)
    sum += error * error
  }
  return sum / (3 * SAMPLE_SCALE * SAMPLE_SCALE)
}
