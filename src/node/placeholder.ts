import sharp from 'sharp'
import { boxOf } from '../codec/placeholder/box.ts'
import { decodePlaceholder } from '../codec/placeholder/decode.ts'
import { encodePlaceholder } from '../codec/placeholder/encode.ts'
import { hasPlaceholder, loadPlaceholder } from '../codec/placeholder/model.ts'
import type { RgbImage } from '../core/image.ts'
import { NO_MODEL_SET } from '../format/coding.ts'
import { PLACEHOLDER_STEP_BYTES } from '../format/describe.ts'
import { readHeader } from '../format/reader.ts'
import { resample } from '../pixels/resample.ts'
import type { Runtime } from '../runtime/types.ts'

/**
 * Longer side of the preview. Pages carry it in their markup, and enlarged it looks the same as one of 32 (.17 dB from it on
 * held-out pictures) with half the bytes. In colours of a palette it would be a third, with edges where there are none.
 */
const PREVIEW_SIDE = 20

/** The placeholder of a picture for the header of its file, of the default length; undefined without a model. */
export async function placeholderCode(image: RgbImage, runtime: Runtime): Promise<Uint8Array | undefined> {
  return hasPlaceholder(runtime) ? encodePlaceholder(await loadPlaceholder(runtime), image) : undefined
}

/**
 * The placeholder of a .strata file as a data URI of a PNG in the picture's shape, some 1 kB.
 * @returns undefined where the file holds none, or none of the model that is installed
 */
export async function placeholderPreview(file: Uint8Array, runtime: Runtime): Promise<string | undefined> {
  const { placeholder, source, modelSet } = readHeader(file)
  // A file of pictures names no model set; its placeholder was made by the model of its day, which seldom changes.
  const isKnown = modelSet === runtime.manifest.modelSet || modelSet === NO_MODEL_SET
  if (!hasPlaceholder(runtime) || !isKnown) return undefined
  const model = await loadPlaceholder(runtime)
  const steps = placeholder.length / PLACEHOLDER_STEP_BYTES
  if (!Number.isInteger(steps) || steps < 1 || steps > model.steps) return undefined
  return await previewOf(decodePlaceholder(model, placeholder), source)
}

/** A decoded placeholder as a data URI of a PNG in the shape of its picture: below `MAX_PREVIEW`, whatever it shows. */
export async function previewOf(
  decoded: RgbImage,
  picture: { readonly width: number; readonly height: number },
): Promise<string> {
  const { width, height } = boxOf(picture, PREVIEW_SIDE)
  const { data } = resample(decoded, width, height)
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}
