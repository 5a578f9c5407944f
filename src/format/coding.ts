import type { PictureFormat } from './media-type.ts'

/**
 * Codings of layers, at the index that the layer table stores. A COMPASS layer needs the layers below it; a layer of
 * any other coding is a picture file that stands alone.
 */
export const CODINGS = ['compass', 'webp', 'avif', 'png', 'webp-animated'] as const
export type Coding = (typeof CODINGS)[number]
export type PictureCoding = Exclude<Coding, 'compass'>

/** Values of `coding` on an upload: `auto` lets the origin measure; `webp` and `avif` are for all layers. */
export const CODING_CHOICES = ['auto', 'compass', 'webp', 'avif'] as const
export type CodingChoice = (typeof CODING_CHOICES)[number]

/** Model set of a file whose layers are picture files, which need no models. */
export const NO_MODEL_SET = '0000000000000000'

/**
 * Whether a runtime with the model set `installed` can decode a file of `modelSet`. Picture files can be decoded
 * everywhere.
 */
export function isDecodedBy(modelSet: string | undefined, installed: string): boolean {
  return modelSet === installed || modelSet === NO_MODEL_SET
}

/** Flag bits of a layer that is a picture file. */
export const LAYER_HAS_ALPHA = 1
export const LAYER_IS_LOSSLESS = 2

/** Fields of the layer table about a layer's coding. */
interface CodedLayer {
  readonly coding: Coding
  readonly flags: number
}

/** Whether the layers of a file are picture files, with or without alpha, instead of COMPASS layers. */
export function holdsPictures({
  layers,
}: {
  readonly layers: readonly Pick<CodedLayer, 'coding'>[]
}): boolean {
  return layers[0]?.coding !== 'compass'
}

/** Whether a layer has pixels that are not opaque. */
export function hasAlpha({ coding, flags }: CodedLayer): boolean {
  return coding !== 'compass' && (flags & LAYER_HAS_ALPHA) !== 0
}

/** Whether a layer is exactly the source, or the source resized to the layer's size. */
export function isLossless({ coding, flags }: CodedLayer): boolean {
  return coding !== 'compass' && (flags & LAYER_IS_LOSSLESS) !== 0
}

/** Format of a layer that is a picture file, which can be sent as it is; undefined for a COMPASS layer. */
export function pictureFormatOf(coding: Coding): PictureFormat | undefined {
  if (coding === 'compass') return undefined
  return coding === 'webp-animated' ? 'webp' : coding
}
