import { throwIfAborted } from '../../core/abort.ts'
import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { MAX_SOURCE_PIXELS } from '../../core/limits/table.ts'
import { findChunk, isPng } from '../../pixels/png/chunks.ts'
import { repeatEdges } from '../fit-rows.ts'
import { upscalePlainly } from '../plain-upscale.ts'
import { type DecodePicture, isTimes, type Restored } from '../rescaler.ts'
import { inverseStages } from './coupling.ts'
import { CHUNK, checksumOf, type Marker, readMarker } from './marker.ts'
import type { IrnModel } from './model.ts'
import { Normal } from './normal.ts'

export const METHOD = 'irn'

interface RestoreParts {
  readonly model: IrnModel
  readonly decodePicture: DecodePicture
  /** Seed of z ~ N(0, I), an integer from 0 to 2^32 - 1. @default none: z = 0, its mode */
  readonly seed?: number | undefined
}

/** Factor in the marker of a PNG; undefined when there is no readable marker. */
export function hiddenFactor(file: Uint8Array): number | undefined {
  const marker = findMarker(file)
  return typeof marker === 'string' ? undefined : marker.factor
}

/**
 * Restores the picture that a thumbnail hides. Any other file, a thumbnail whose pixels were changed, and one made for
 * another model are upscaled plainly, with a note that gives the reason.
 *
 * @throws StrataError INPUT_* when the file is not a picture, ABORTED
 */
export async function restore(
  file: Uint8Array,
  { model, decodePicture, seed }: RestoreParts,
  signal?: AbortSignal,
): Promise<Restored> {
  const { factor } = model
  const plainly = async (note: string): Promise<Restored> => {
    const restored = await upscalePlainly(file, factor, note, decodePicture)
    throwIfAborted(signal)
    return restored
  }
  const marker = findMarker(file)
  if (typeof marker === 'string') return await plainly(marker)
  if (marker.model !== model.id || marker.factor !== factor) {
    return await plainly(
      `made for model ${marker.model} (${marker.factor}x), not for ${model.id} (${factor}x)`,
    )
  }
  const low = await decodePicture(file)
  throwIfAborted(signal)
  if (!isTimes(marker.high, low, factor) || checksumOf(low) !== marker.checksum) {
    return await plainly('the PNG was changed after it was made')
  }
  return { image: upscale(low, marker.high, model, seed, signal), method: METHOD, factor }
}

/** @returns the marker, or the reason why there is none */
function findMarker(file: Uint8Array): Marker | string {
  if (!isPng(file)) return 'not a PNG'
  try {
    const chunk = findChunk(file, CHUNK)
    if (!chunk) return 'the PNG hides nothing: it has no Strata chunk'
    const marker = readMarker(chunk)
    if (!marker) return 'the PNG was made by another version'
    return marker.high.width * marker.high.height > MAX_SOURCE_PIXELS
      ? 'the hidden picture is too large'
      : marker
  } catch (error) {
    // The file is damaged: decodePicture decides whether it can be shown.
    if (error instanceof StrataError && error.code.startsWith('INPUT_')) return error.message
    throw error
  }
}

/**
 * Runs the inverse network on a thumbnail's pixels, without any check.
 * @param seed of z, as RestoreParts.seed
 * @throws StrataError ABORTED
 */
export function upscale(
  low: RgbImage,
  high: Size,
  model: IrnModel,
  seed?: number,
  signal?: AbortSignal,
): RgbImage {
  const { factor, unit, centre } = model
  const image = rgbImage(high.width, high.height, new Uint8Array(3 * high.width * high.height))
  /** A view of the samples that rounds and clamps values on writing. */
  const clamped = new Uint8ClampedArray(image.data.buffer)
  const known = {
    width: Math.min(high.width, factor * low.width),
    height: Math.min(high.height, factor * low.height),
  }
  let line = 0
  const stages = inverseStages(model, factor * low.width, {
    row(values) {
      if (line < known.height) {
        const out = 3 * high.width * line
        for (let i = 0; i < 3 * known.width; i++) clamped[out + i] = values[i]! * unit + centre
      }
      line++
    },
    end() {},
  })
  const normal = seed === undefined ? undefined : new Normal(seed)
  const channels = 3 * factor ** 2
  for (let y = 0; y < low.height; y++) {
    throwIfAborted(signal)
    const row = new Float32Array(channels * low.width)
    normal?.fill(row, 2 * Math.ceil(row.length / 2) * y)
    for (let x = 0; x < low.width; x++) {
      for (let c = 0; c < 3; c++) {
        row[channels * x + c] = (low.data[3 * (y * low.width + x) + c]! - centre) / unit
      }
    }
    stages.row(row)
  }
  stages.end()
  repeatEdges(image, known)
  return image
}
