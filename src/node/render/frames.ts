import sharp from 'sharp'
import { encoderQuality } from '../../pixels/encoder-quality.ts'
import type { OpenPicture } from '../ingest/ingest.ts'
import { animatedFile, checkFrames, countFrames, ofFrames } from '../originals/frames.ts'
import { framed } from './encode.ts'
import type { RenderPlan } from './plan.ts'

/**
 * All frames of an animation in the frame that was planned, as animated WebP or GIF, with its delays and its loops.
 * @throws StrataError INPUT_TOO_LARGE where all frames together have too many pixels, INPUT_CORRUPT
 */
export async function renderFrames(picture: OpenPicture, plan: RenderPlan): Promise<Uint8Array<ArrayBuffer>> {
  checkFrames(picture, countFrames(picture))
  const { part, place, background, format, quality } = plan
  const open = { animated: true, limitInputPixels: false } as const
  return await ofFrames(async () => {
    const bytes = await animatedFile(picture)
    const { loop = 0, delay = [] } = await sharp(bytes, open).metadata()
    const pipeline = sharp(bytes, open)
    if (background) pipeline.flatten({ background })
    if (part) pipeline.extract(part)
    pipeline.resize(place.width, place.height, { kernel: 'lanczos3', fit: 'fill' })
    const timing = { loop, delay }
    const made = framed(pipeline, plan)
    const file =
      format === 'gif'
        ? made.gif({ ...timing, effort: 4 })
        : made.webp({ ...timing, quality: encoderQuality('webp', quality), effort: 2, mixed: true })
    return new Uint8Array(await file.toBuffer())
  })
}
