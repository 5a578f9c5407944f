import { StrataError } from '../../core/errors.ts'
import type { Runtime } from '../../runtime/types.ts'

/** Qualities run from 1 to 100; gain vectors lie at `anchors` of them, equally spaced, and are interpolated. */
export const QUALITY_MIN = 1
export const QUALITY_MAX = 100

/** The decoder's numbers for one kind of layer. */
export interface LayerTable {
  /** Channels of the side latents z. */
  readonly side: number
  /** [anchors][latents]: natural logarithm of the factor from coded units back to latents. */
  readonly logInverseGain: readonly (readonly number[])[]
  /** [quality - 1][side]: entropy table of each side channel. */
  readonly sideIndexes: readonly (readonly number[])[]
}

/** decoder.json of a model set. */
export interface DecoderTable {
  readonly anchors: number
  readonly latents: number
  /** Picture pixels per latent and axis. */
  readonly patch: number
  /** Latents per side latent and axis. */
  readonly sideStride: number
  readonly haloRows: number
  /** Products of the axes' scale factors at which the scale code rises by one. */
  readonly scaleThresholds: readonly number[]
  readonly base: LayerTable
  readonly enhancement: LayerTable
}

/** The encoder's numbers for one kind of layer: encoder.json. */
export interface EncoderLayerTable {
  readonly logGain: readonly (readonly number[])[]
  readonly sideOffset: readonly (readonly number[])[]
}
export interface EncoderTable {
  readonly base: EncoderLayerTable
  readonly enhancement: EncoderLayerTable
}

/** @throws StrataError MODEL_INVALID when the table does not look like one */
export async function loadDecoderTable(runtime: Runtime): Promise<DecoderTable> {
  const table = (await runtime.table('decoder')) as Partial<DecoderTable> | null
  if (!table?.base?.sideIndexes || !table.enhancement?.sideIndexes || !table.scaleThresholds) {
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
  if (!table?.base?.logGain || !table.enhancement?.logGain) {
    throw new StrataError(
      'MODEL_INVALID',
      'encoder.json: expected the tables of a base and an enhancement layer',
    )
  }
  return table as EncoderTable
}

/** Linear interpolation between the anchors' rows at `quality`. */
export function atQuality(rows: readonly (readonly number[])[], quality: number): Float64Array {
  const position = ((quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN)) * (rows.length - 1)
  const lower = Math.min(Math.floor(position), rows.length - 2)
  const [a, b] = [rows[lower] ?? [], rows[lower + 1] ?? []]
  return Float64Array.from(a, (value, i) => value + ((b[i] ?? value) - value) * (position - lower))
}

/** Quality as the entropy network sees it, 0..255. Integer arithmetic: it must be the same everywhere. */
export function qualityCode(quality: number): number {
  const range = QUALITY_MAX - QUALITY_MIN
  return Math.floor((2 * 255 * (quality - QUALITY_MIN) + range) / (2 * range))
}

/** Scale factor to the layer below as the entropy network sees it, 0..255: a count of committed thresholds passed. */
export function scaleCode(thresholds: readonly number[], pixels: number, pixelsBelow: number): number {
  let code = 0
  while (code < thresholds.length && pixels >= pixelsBelow * (thresholds[code] ?? Number.POSITIVE_INFINITY))
    code++
  return code
}
