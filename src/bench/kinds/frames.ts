import sharp from 'sharp'
import type { DecodedPicture } from '../../node/ingest/ingest.ts'

/** The frames of an animation with alpha, stacked vertically. */
export interface Frames {
  readonly picture: DecodedPicture
  readonly count: number
  /** Of one frame, in pixels. */
  readonly height: number
  /** Duration of each frame in milliseconds. */
  readonly delays: readonly number[]
}

/** Decodes all frames; a still picture has one. @param width to which they are resized. @default their own */
export async function readFrames(file: Uint8Array, width?: number): Promise<Frames> {
  const animation = sharp(file, { animated: true, limitInputPixels: false })
  const { pages = 1, delay = [], ...size } = await animation.metadata()
  if (width !== undefined) {
    const height = Math.max(1, Math.round(((size.pageHeight ?? size.height) * width) / size.width))
    animation.resize(width, height, { kernel: 'lanczos3', fit: 'fill' })
  }
  const { data, info } = await animation
    .ensureAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const picture = { width: info.width, height: info.height, channels: 4, data: new Uint8Array(data) } as const
  return { picture, count: pages, height: info.height / pages, delays: delay }
}
