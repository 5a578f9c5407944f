import { StrataError } from '../../core/errors.ts'
import type { JpegCoefficients } from '../../pixels/jpeg/coefficients.ts'
import { ZIGZAG } from '../../pixels/jpeg/tables.ts'
import type { JpegTables } from '../../pixels/jpeg/types.ts'
import { codeOf, type Settings } from './settings.ts'

/** Byte offsets of the predictor's fp32 parameters in the blob. */
export interface PredictorTable {
  readonly layers: readonly DenseTable[]
  readonly offset: number
  readonly slope: number
}

interface DenseTable {
  readonly inputs: number
  readonly outputs: number
  /** [outputs][inputs] */
  readonly weights: number
  readonly bias: number
}

interface Dense {
  readonly inputs: number
  readonly weights: Float32Array
  readonly bias: Float32Array
}

const COEFFICIENTS = 64
/** Quality and strength. */
const SETTINGS = 2
const SLOPE = 0.1
const MAX_STEP = 255
/** Subtracted from mean log magnitudes before the first layer. */
const CENTRE = 2
/** Weight of the squared error (scale 0..255) at quality 75 in training. It doubles every 12 steps of quality. */
const LAMBDA = 0.02

/**
 * The quantization prediction module: an MLP that predicts two tables from the settings and the mean log magnitudes of a
 * picture's coefficients. It uses floats, because it runs once per picture and its result is stored in the file.
 */
export class TablePredictor {
  readonly #layers: readonly Dense[]
  readonly #offset: Float32Array
  readonly #slope: Float32Array

  /** @throws StrataError MODEL_INVALID when parameters lie outside the blob or the layers do not fit together */
  constructor({ layers, offset, slope }: PredictorTable, blob: Uint8Array) {
    let width = 2 * COEFFICIENTS + SETTINGS
    this.#layers = layers.map(({ inputs, outputs, weights, bias }) => {
      if (inputs !== width) throw invalid(`${width} inputs`, inputs)
      width = outputs
      return { inputs, weights: floats(blob, weights, inputs * outputs), bias: floats(blob, bias, outputs) }
    })
    if (width !== 2 * COEFFICIENTS) throw invalid(`${2 * COEFFICIENTS} outputs`, width)
    this.#offset = floats(blob, offset, 2 * COEFFICIENTS)
    this.#slope = floats(blob, slope, 2 * COEFFICIENTS)
  }

  /** @param thumbnail coefficients of 4:4:4 with quantization steps of 1 */
  predict(thumbnail: JpegCoefficients, { quality, strength }: Settings): JpegTables {
    const code = codeOf(quality)
    let values: Float64Array = Float64Array.of(
      ...meanLogMagnitudes(thumbnail).map((mean) => mean - CENTRE),
      code,
      codeOf(strength),
    )
    this.#layers.forEach((layer, i) => {
      values = dense(layer, values, i < this.#layers.length - 1)
    })
    const logLambda = Math.log(LAMBDA) + ((quality - 75) / 12) * Math.LN2
    const steps = Uint16Array.from(values, (value, i) => {
      const logStep = this.#offset[i]! + this.#slope[i]! * code - 0.5 * logLambda + value
      return Math.round(Math.min(Math.max(Math.exp(logStep), 1), MAX_STEP))
    })
    return [steps.slice(0, COEFFICIENTS), steps.slice(COEFFICIENTS)]
  }
}

/** Mean of log(1 + |coefficient|) per frequency in natural order: of luma, then of both chroma components. */
function meanLogMagnitudes({ layout, scan }: JpegCoefficients): Float64Array {
  const logs = Float64Array.from({ length: 2049 }, (_, i) => Math.log1p(i))
  const sums = new Float64Array(2 * COEFFICIENTS)
  const blocks = layout.mcusAcross * layout.mcusDown
  for (let at = 0; at < scan.length; at += 3 * COEFFICIENTS) {
    for (let i = 0; i < COEFFICIENTS; i++) {
      const natural = ZIGZAG[i]!
      sums[natural]! += logs[Math.abs(scan[at + i]!)]!
      const chroma = logs[Math.abs(scan[at + 64 + i]!)]! + logs[Math.abs(scan[at + 128 + i]!)]!
      sums[COEFFICIENTS + natural]! += chroma / 2
    }
  }
  return sums.map((sum) => sum / blocks)
}

function dense({ inputs, weights, bias }: Dense, values: Float64Array, isLeaky: boolean): Float64Array {
  return Float64Array.from(bias, (sum, o) => {
    for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i]! * values[i]!
    return isLeaky && sum < 0 ? sum * SLOPE : sum
  })
}

function floats(blob: Uint8Array, offset: number, count: number): Float32Array {
  const end = offset + 4 * count
  if (!Number.isInteger(offset) || offset < 0 || end > blob.length) {
    throw invalid(`${4 * count} bytes in a blob of ${blob.length}`, offset)
  }
  return new Float32Array(new Uint8Array(blob.subarray(offset, end)).buffer)
}

function invalid(expected: string, actual: unknown): StrataError {
  return new StrataError('MODEL_INVALID', `hyperthumbnail tables: expected ${expected}, got ${actual}`)
}
