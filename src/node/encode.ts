import { throwIfAborted } from '../core/abort.ts'
import type { Size } from '../core/box.ts'
import { invalidParam } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { type RgbImage, rgbImage } from '../core/image.ts'
import { MAX_LAYER_PIXELS } from '../core/limits/table.ts'
import { choice } from '../core/parameters.ts'
import { release } from '../core/release.ts'
import { CODING_CHOICES } from '../format/coding.ts'
import { ladderFor, layerHeight, searchedLayers } from '../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../format/layout.ts'
import { parseQuality } from '../format/quality.ts'
import type { EncodeParameters, EncodePicture } from './encode-picture.ts'
import { decodePicture, type OpenPicture, openPicture, resizeLanczos } from './ingest/ingest.ts'
import { parseMatte, WHITE } from './ingest/matte.ts'
import { countFrames, isTooLong } from './originals/frames.ts'
import { encodeAnimation } from './picture-layers/animation.ts'
import { chooseCoding, encodeAsPictures } from './picture-layers/choose.ts'
import { withoutNeedlessAlpha } from './pixels.ts'

export type { EncodeParameters, EncodePicture, EncodeRequest } from './encode-picture.ts'

export const MAX_REFINE = 1000

/**
 * Checks the parameters as they were written; `undefined` and the empty text mean the default.
 * @throws StrataError PARAM_INVALID
 */
export function parseParameters(text: {
  readonly widths?: string | undefined
  readonly quality?: string | undefined
  readonly bg?: string | undefined
  readonly refine?: string | undefined
  readonly coding?: string | undefined
}): EncodeParameters {
  return {
    coding: text.coding ? choice('coding', text.coding, CODING_CHOICES) : undefined,
    quality: text.quality ? parseQuality(text.quality) : undefined,
    refine: text.refine ? parseNumber('refine', text.refine, 0, MAX_REFINE) : undefined,
    widths: text.widths || undefined,
    matte: text.bg ? parseMatte(text.bg) : undefined,
  }
}

interface EncodeOptions {
  readonly encode: EncodePicture
  readonly maxPixels?: number | undefined
  /** Called, and waited for, when the original and the ladder are checked and nothing is decoded. @param frames 1 for a still */
  readonly onOpened?: ((original: OpenPicture, frames: number) => unknown) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Original file in, verified .strata file out. Takes `bytes` over: they are empty as soon as they are not needed any more,
 * because encoding takes long and memory is the picture's. Throws what ingest, the ladder and the codec throw, VERIFY_FAILED
 * and ABORTED.
 */
export async function encodeOriginal(
  bytes: Uint8Array,
  parameters: EncodeParameters,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const { maxPixels, onOpened, signal } = options
  const original = await openPicture(bytes, maxPixels)
  checkBase(original, parameters)
  const hash = (await sha256(bytes)).subarray(0, SOURCE_HASH_BYTES)
  const frames = countFrames(original)
  await onOpened?.(original, frames)
  const file = await encodeOpened(original, frames, hash, parameters, options)
  throwIfAborted(signal)
  return file
}

async function encodeOpened(
  original: OpenPicture,
  frames: number,
  sha256: Uint8Array,
  parameters: EncodeParameters,
  { encode, signal }: EncodeOptions,
): Promise<Uint8Array> {
  const { coding = 'auto' } = parameters
  if (coding === 'compass') {
    const { width, height, data } = await decodePicture(original, { matte: parameters.matte ?? WHITE })
    release(original.bytes)
    return await encodeLayered(rgbImage(width, height, data), sha256, parameters, { encode, signal })
  }
  if (frames > 1 && !isTooLong(original, frames)) {
    return await encodeAnimation(original, { parameters, sha256, signal })
  }
  const picture = withoutNeedlessAlpha(await decodePicture(original, {}))
  throwIfAborted(signal)
  const chosen = await chooseCoding(picture, { parameters, encode, signal })
  throwIfAborted(signal)
  if (chosen.pictures) {
    return await encodeAsPictures(picture, { choice: chosen, parameters, original, sha256, signal })
  }
  release(original.bytes)
  const { width, height, data } = picture
  return await encodeLayered(rgbImage(width, height, data), sha256, parameters, { encode, signal })
}

/**
 * Every size of a picture can be made of its base layer, so that has bounds, which are known before anything is decoded. The base of
 * a default ladder keeps them.
 * @throws StrataError PARAM_INVALID
 */
function checkBase(original: Size, { widths, quality }: EncodeParameters): void {
  const [base] = ladderFor(original.width, widths, quality)
  const width = base?.width ?? original.width
  const height = layerHeight(width, original.width, original.height)
  if (width * height <= MAX_LAYER_PIXELS) return
  throw invalidParam('widths', `a first layer of at most ${MAX_LAYER_PIXELS} pixels`, `${width}x${height}`)
}

/** The file of COMPASS layers. */
async function encodeLayered(
  image: RgbImage,
  sha256: Uint8Array,
  { widths, quality, refine }: EncodeParameters,
  { encode, signal }: Pick<EncodeOptions, 'encode' | 'signal'>,
): Promise<Uint8Array> {
  throwIfAborted(signal)
  const ladder = ladderFor(image.width, widths, quality)
  const search = typeof quality === 'object' && {
    search: { score: quality.score, layers: searchedLayers(ladder, widths) },
  }
  return await encode(image, { ladder, sha256, resize: resizeLanczos, refine, signal, ...search })
}

function parseNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value < least || value > most) {
    throw invalidParam(name, `an integer from ${least} to ${most}`, text)
  }
  return value
}
