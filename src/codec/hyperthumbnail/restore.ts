import { throwIfAborted } from '../../core/abort.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { MAX_SOURCE_PIXELS } from '../../core/limits/table.ts'
import type { TensorAccess } from '../../network/engine.ts'
import { isJpeg, type JpegFile, jpegSegments, readJpeg } from '../../pixels/jpeg/reader.ts'
import { repeatEdges } from '../fit-rows.ts'
import { upscalePlainly } from '../plain-upscale.ts'
import { type DecodePicture, isQuality, isTimes, type Restored } from '../rescaler.ts'
import { checksumOf, findMarker, type Marker } from './marker.ts'
import type { HyperThumbnailModel } from './model.ts'
import { settingInputs } from './settings.ts'
import { type ThumbnailPlanes, thumbnailPlanes } from './thumbnail-planes.ts'
import { bicubicUpscaler } from './upscale.ts'
import { type Window, windowsOf } from './windows.ts'

export const METHOD = 'hyperthumbnail'

interface RestoreParts {
  readonly model: HyperThumbnailModel
  /** Decodes pictures without hidden detail. */
  readonly decodePicture: DecodePicture
  /** Wanted pixels of a window (WindowOptions.pixels). @default 400,000 */
  readonly windowPixels?: number | undefined
}

/** A thumbnail of this method that has not been changed since. */
interface Genuine {
  readonly file: JpegFile
  readonly marker: Marker
}

/**
 * Restores the picture that a thumbnail hides. Any other file, a thumbnail that was encoded again, and one made for another
 * model are upscaled plainly by the factor, with a note that gives the reason.
 *
 * @throws StrataError INPUT_* when the file is not a picture, ABORTED
 */
export async function restore(
  bytes: Uint8Array,
  { model, decodePicture, windowPixels }: RestoreParts,
  signal?: AbortSignal,
): Promise<Restored> {
  const examined = examine(bytes, model)
  if (typeof examined !== 'string') {
    return { image: reconstruct(examined, model, windowPixels, signal), method: METHOD, factor: model.factor }
  }
  const restored = await upscalePlainly(bytes, model.factor, examined, decodePicture)
  throwIfAborted(signal)
  return restored
}

/** Factor in the marker of a thumbnail; undefined when there is no readable marker. */
export function hiddenFactor(bytes: Uint8Array): number | undefined {
  if (!isJpeg(bytes)) return undefined
  try {
    return findMarker(jpegSegments(bytes))?.factor
  } catch (error) {
    if (error instanceof StrataError && error.code.startsWith('INPUT_')) return undefined
    throw error
  }
}

/** @returns the thumbnail, or the reason why the file is none */
function examine(bytes: Uint8Array, model: HyperThumbnailModel): Genuine | string {
  if (!isJpeg(bytes)) return 'not a JPEG'
  try {
    const marker = findMarker(jpegSegments(bytes))
    if (!marker) return 'the JPEG hides nothing: it has no Strata marker'
    if (marker.model !== model.id || marker.factor !== model.factor) {
      return `made for model ${marker.model} (${marker.factor}x), not for ${model.id} (${model.factor}x)`
    }
    const file = readJpeg(bytes, MAX_SOURCE_PIXELS / model.factor ** 2)
    const { layout } = file.coefficients
    const isWhole =
      isQuality(marker.quality) && marker.strength <= 100 && isTimes(marker.high, layout, marker.factor)
    if (layout.subsampling !== '444' || !isWhole || checksumOf(file.coefficients) !== marker.checksum)
      return REENCODED
    return { file, marker }
  } catch (error) {
    // The file is damaged or another kind of JPEG: decodePicture decides whether it can be shown.
    if (error instanceof StrataError && error.code.startsWith('INPUT_'))
      return `${REENCODED} (${error.message})`
    throw error
  }
}

const REENCODED = 'the JPEG was changed after it was made'

function reconstruct(
  { file, marker }: Genuine,
  model: HyperThumbnailModel,
  pixels?: number,
  signal?: AbortSignal,
): RgbImage {
  const { factor, stride, haloRows, steps } = model
  const { network, gain } = model.decoder()
  const planes = thumbnailPlanes(file, steps.low)
  const [width, height] = [factor * planes.width, factor * planes.height]
  const { layout } = file.coefficients
  const { high } = marker
  const image = rgbImage(high.width, high.height, new Uint8Array(3 * high.width * high.height))
  // When embedding cropped the picture to the thumbnail's size times the factor, the cropped pixels repeat the edge.
  const known = {
    width: Math.min(high.width, factor * layout.width),
    height: Math.min(high.height, factor * layout.height),
  }
  const upscaler = bicubicUpscaler(planes.width, planes.height, factor)
  const rowOf = (y: number) => planes.samples.subarray(3 * y * planes.width, 3 * (y + 1) * planes.width)
  const sums = new Float32Array(3 * width)
  const unit = 1 / steps.low
  /** Side of a cell of the network, in pixels of the restored picture. */
  const cell = 2 * factor
  /** A view of the samples that rounds and clamps values on writing. */
  const clamped = new Uint8ClampedArray(image.data.buffer)
  for (const window of windowsOf({ width, height, stride, haloRows, pixels })) {
    throwIfAborted(signal)
    const residual: TensorAccess = (view, cellStride, rowStride, offset) => {
      const step = gain(marker.quality) / steps.residual
      for (let y = window.top; y < Math.min(window.bottom, known.height); y++) {
        upscaler.row(y, rowOf, sums)
        const line = y - window.from
        const row = offset + Math.floor(line / cell) * rowStride + 3 * cell * (line % cell)
        for (let i = 0, at = row; i < sums.length; i += 3 * cell, at += cellStride) {
          for (let k = 0; k < 3 * cell; k++) sums[i + k] = unit * sums[i + k]! + step * view[at + k]! + 128
        }
        clamped.set(sums.subarray(0, 3 * known.width), 3 * y * high.width)
      }
    }
    network.run(inputsOf(planes, window, marker), window.to - window.from, width, { residual })
  }
  repeatEdges(image, known)
  return image
}

function inputsOf(planes: ThumbnailPlanes, { from, to }: Window, marker: Marker) {
  const { factor } = marker
  const [top, lines, columns] = [from / factor, (to - from) / factor, planes.width]
  const perBlockRow = 3 * 64 * (columns / 8)
  const low: TensorAccess = (view, cellStride, rowStride, offset) => {
    for (let line = 0; line < lines; line++) {
      let source = 3 * columns * (top + line)
      let at = offset + (line >> 1) * rowStride + 6 * (line & 1)
      for (let column = 0; column < columns; column += 2, at += cellStride) {
        for (let c = 0; c < 6; c++) view[at + c] = planes.samples[source++]!
      }
    }
  }
  return {
    coefficients: planes.coefficients.subarray(perBlockRow * (top / 8), perBlockRow * ((top + lines) / 8)),
    low,
    ...settingInputs(marker, factor, lines * columns),
  }
}
