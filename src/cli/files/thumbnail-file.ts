import { isTimes, type Rescaler } from '../../codec/rescaler.ts'
import type { Size } from '../../core/box.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { resizeLanczos } from '../../node/ingest/ingest.ts'
import { encodeJpeg } from '../../pixels/jpeg/writer.ts'
import { readAnyPicture } from './any-picture.ts'

/** Default embed factor for pictures that are large enough. */
const DEFAULT_FACTOR = 2

interface ThumbnailRequest {
  readonly width: number
  /** Embed factor. Undefined: 2 when the picture is large enough, else 1. */
  readonly factor: number | undefined
  readonly quality: number
  /** EmbedOptions.strength */
  readonly strength?: number | undefined
}

interface ThumbnailTools {
  readonly codec: () => Promise<Pick<FileCodec, 'decode'>>
  readonly rescaler: (factor: number) => Promise<Rescaler | undefined>
}

interface Thumbnail extends Size {
  readonly bytes: Uint8Array
  /** The embed factor; 1 hides nothing. */
  readonly ht: number
}

/**
 * Makes a thumbnail of a picture or a .strata file, exactly `width` pixels wide.
 * @throws StrataError PARAM_INVALID when the width, or the width times the factor, is above the picture's; MODEL_INVALID
 * when the factor's model is not installed; INPUT_* and FORMAT_*
 */
export async function makeThumbnail(
  input: Uint8Array,
  { width, factor, quality, strength }: ThumbnailRequest,
  tools: ThumbnailTools,
): Promise<Thumbnail> {
  const rescaler = factor === 1 ? undefined : await tools.rescaler(factor ?? DEFAULT_FACTOR)
  if (factor !== undefined && factor !== 1 && rescaler?.factor !== factor) {
    throw new StrataError('MODEL_INVALID', `ht: no model for ${factor}x in this installation`)
  }
  const picture = await readAnyPicture(input, tools.codec, width * (rescaler?.factor ?? 1))
  if (width > picture.width) {
    throw invalidParam('width', `at most ${picture.width}, the picture's width`, width)
  }
  const low = { width, height: layerHeight(width, picture.width, picture.height) }
  if (rescaler && (isTimes(picture, low, rescaler.factor) || picture.width >= rescaler.factor * width)) {
    const high = await highOf(picture, low, rescaler.factor)
    const bytes = await rescaler.embed([high], { high, low, quality, strength })
    return { ...low, bytes, ht: rescaler.factor }
  }
  if (factor !== undefined && factor !== 1) {
    throw invalidParam('width', `at most ${Math.floor(picture.width / factor)} for --ht ${factor}`, width)
  }
  const shown = await resizeLanczos(picture, low.width, low.height)
  return { ...low, bytes: encodeJpeg(shown, { quality, subsampling: '420' }), ht: 1 }
}

/** The picture to hide: the source when it has the right size, else the source resized with the filter of the layers. */
async function highOf(picture: RgbImage, low: Size, factor: number): Promise<RgbImage> {
  if (isTimes(picture, low, factor)) return picture
  return await resizeLanczos(picture, factor * low.width, factor * low.height)
}
