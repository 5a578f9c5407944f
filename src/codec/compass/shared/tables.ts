import { StrataError } from '../../../core/errors.ts'
import type { Program } from '../../../network/program.ts'
import type { Runtime } from '../../../runtime/types.ts'
import type { FilterLayer } from './filters.ts'

/** Range of qualities. Gain vectors exist for `anchors` qualities, equally spaced, and are interpolated in between. */
export const QUALITY_MIN = 1
export const QUALITY_MAX = 100

/** The decoder's numbers for one kind of layer, base or enhancement. Model files call the hyper-latents z `side`. */
export interface LayerTable {
  /** Channels of the hyper-latents z. */
  readonly side: number
  /** Channels of the features that all passes share. */
  readonly hidden: number
  /** Rows of pixels on each side of a strip that its synthesis reads, a multiple of `patch`. */
  readonly haloRows: number
  /** [anchors][latents]: natural logarithm of the factor from coded units to latents. */
  readonly logInverseGain: readonly (readonly number[])[]
  /** [quality - 1][side]: scale index of each channel of the hyper-latents. */
  readonly sideIndexes: readonly (readonly number[])[]
}

/** One of the passes in which a strip's latents are coded. Cells of 2x2 latents have the positions 0 1 / 2 3. */
export interface PassTable {
  /** Whether the pass codes the channels from `coarse` on, or those before. */
  readonly fine: boolean
  readonly positions: readonly number[]
  /** Channels (as `fine`) and positions whose magnitudes the pass reads. */
  readonly seesFine: boolean
  readonly sees: readonly number[]
  /** For each linear predictor, the positions whose values it reads for each position of the pass. */
  readonly predictors: readonly (readonly number[])[]
}

/** decoder.json of a model set. */
export interface DecoderTable {
  readonly anchors: number
  readonly latents: number
  /** Picture pixels per latent and axis. */
  readonly patch: number
  /** Latents per hyper-latent and axis. */
  readonly sideStride: number
  /** Integer steps per unit of the latents of synthesis, and the largest integer. */
  readonly latentSteps: number
  readonly latentLimit: number
  /** Channels of the first group of passes. */
  readonly coarse: number
  readonly passes: readonly PassTable[]
  readonly networks: Readonly<Record<string, Program>>
  readonly filters: readonly FilterLayer[]
  /** Products of both axes' scale factors at which the scale code rises by one. */
  readonly scaleThresholds: readonly number[]
  readonly base: LayerTable
  readonly enhancement: LayerTable
}

/** The encoder's numbers for one kind of layer, from encoder.json. */
interface EncoderLayerTable {
  readonly logGain: readonly (readonly number[])[]
  readonly sideOffset: readonly (readonly number[])[]
}
export interface EncoderTable {
  /** [quality - 1]: bits per pixel that a squared error of 1 costs (scale 0..255, mean over the colours). */
  readonly lambdas: readonly number[]
  readonly base: EncoderLayerTable
  readonly enhancement: EncoderLayerTable
  readonly perceptual: PerceptualTable
}

/** Mixture of squared error and SSIMULACRA2 distance S in the loss of training: (1 - share) * MSE + share * factor * S. */
interface PerceptualTable {
  /** 0..1 */
  readonly share: number
  /** `factor`, the squared error (scale 0..255) that a distance of 1 equals, in equal bins of quality. */
  readonly base: readonly number[]
  readonly enhancement: readonly number[]
}

/** @throws StrataError MODEL_INVALID when the table does not look like one */
export async function loadDecoderTable(runtime: Runtime): Promise<DecoderTable> {
  const table = (await runtime.table('decoder')) as Partial<DecoderTable> | null
  if (!table?.base?.sideIndexes || !table.enhancement?.sideIndexes || !table.passes || !table.filters) {
    throw new StrataError(
      'MODEL_INVALID',
      'decoder.json: expected the tables of a base and an enhancement layer',
    )
  }
  return table as DecoderTable
}

/** @throws StrataError MODEL_INVALID when the table does not look like one */
export async function loadEncoderTable(runtime: Runtime): Promise<EncoderTable> {
  const table = (await runtime.table('encoder')) as Partial<EncoderTable> | null
  if (!table?.base?.logGain || !table.enhancement?.logGain || !table.lambdas || !table.perceptual?.base) {
    throw new StrataError(
      'MODEL_INVALID',
      'encoder.json: expected the tables of a base and an enhancement layer',
    )
  }
  return table as EncoderTable
}

/** Interpolates linearly between the rows of the anchors at `quality`. */
export function atQuality(rows: readonly (readonly number[])[], quality: number): Float64Array {
  const position = ((quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN)) * (rows.length - 1)
  const lower = Math.min(Math.floor(position), rows.length - 2)
  const [a, b] = [rows[lower] ?? [], rows[lower + 1] ?? []]
  return Float64Array.from(a, (value, i) => value + ((b[i] ?? value) - value) * (position - lower))
}

/** Quality as an input of the entropy networks, 0..255. Integer arithmetic gives the same value on all machines. */
export function qualityCode(quality: number): number {
  const range = QUALITY_MAX - QUALITY_MIN
  return Math.floor((2 * 255 * (quality - QUALITY_MIN) + range) / (2 * range))
}

/** Scale factor to the layer below as an input of the entropy networks, 0..255: the number of thresholds that it passes. */
export function scaleCode(thresholds: readonly number[], pixels: number, pixelsBelow: number): number {
  let code = 0
  while (code < thresholds.length && pixels >= pixelsBelow * (thresholds[code] ?? Number.POSITIVE_INFINITY))
    code++
  return code
}
