import type { PictureFormat } from './media-type.ts'

/**
 * How a layer is coded, by its number in the layer table. A COMPASS layer needs the layers below it; a layer of any other
 * coding is a picture file that stands alone.
 */
export const CODINGS = ['compass', 'webp', 'avif', 'png', 'webp-animated'] as const
export type Coding = (typeof CODINGS)[number]
export type PictureCoding = Exclude<Coding, 'compass'>

/** What an upload may ask for: `auto` measures; of `webp` and `avif` all layers are of that coding. */
export const CODING_CHOICES = ['auto', 'compass', 'webp', 'avif'] as const
export type CodingChoice = (typeof CODING_CHOICES)[number]

/** The model set of a file whose layers are pictures: it needs no models. */
export const NO_MODEL_SET = '0000000000000000'

/** Whether a file of a model set is decoded where the set `installed` is: one of pictures is decoded everywhere. */
export function isDecodedBy(modelSet: string | undefined, installed: string): boolean {
  return modelSet === installed || modelSet === NO_MODEL_SET
}

/** Bits of the flags of a layer that is a picture. */
export const LAYER_HAS_ALPHA = 1
export const LAYER_IS_LOSSLESS = 2

/** What the layer table says of a layer's coding. */
interface CodedLayer {
  readonly coding: Coding
  readonly flags: number
}

/** Whether the layers of a file are pictures, with or without alpha, instead of COMPASS layers. */
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

/** The format in which a layer that is a picture is sent as it is; undefined for a COMPASS layer. */
export function pictureFormatOf(coding: Coding): PictureFormat | undefined {
  if (coding === 'compass') return undefined
  return coding === 'webp-animated' ? 'webp' : coding
}
