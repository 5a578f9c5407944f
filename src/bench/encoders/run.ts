/**
 * `strata bench encoders`: the setting of each encoder that looks like our JPEG of each quality.
 * @module
 */

import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import { readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import type { EncoderName } from '../../pixels/encoder-quality.ts'
import { listPictures } from '../folder.ts'
import { type EncodersResult, measureEncoders } from './measure.ts'

interface EncodersBenchOptions {
  /** Folder of pictures. */
  readonly images: string
  /** Widths to measure. Pictures are measured at those that they have. */
  readonly widths: readonly number[]
  /** @default all */
  readonly encoders?: readonly EncoderName[] | undefined
  readonly progress: (text: string) => void
}

interface EncodersBench extends EncodersResult {
  /** Number of measured pictures, each width counted. */
  readonly pictures: number
}

/** @throws StrataError FILE_FAILED for no pictures, or encoders that are not installed; INPUT_* */
export async function benchEncoders(options: EncodersBenchOptions): Promise<EncodersBench> {
  const { images, widths, encoders, progress } = options
  const pictures: RgbImage[] = []
  for (const path of await listPictures(images)) {
    const picture = await readPicture(await readInput(path))
    for (const width of widths.filter((width) => width <= picture.width)) {
      const height = layerHeight(width, picture.width, picture.height)
      pictures.push(width === picture.width ? picture : await resizeLanczos(picture, width, height))
    }
  }
  return { pictures: pictures.length, ...(await measureEncoders(pictures, encoders, progress)) }
}
