import sharp from 'sharp'
import type { Point } from '../core/box.ts'
import { decodePicture, type OpenPicture } from './ingest/ingest.ts'
import { WHITE } from './ingest/matte.ts'

/** Longer side in pixels of the picture that is looked at. */
const LOOKED_AT = 256

/** A crop whose proportions differ less from the picture's leaves no choice, so that libvips would not look. */
const NEARLY = 1.25

/**
 * The point of a picture that the eye goes to first: where edges, saturated colours and skin tones are most (`attention` of
 * libvips).
 * @returns undefined for a picture of one colour, which has no such point
 * @throws StrataError INPUT_CORRUPT
 */
export async function findFocus(picture: OpenPicture): Promise<Point | undefined> {
  const scale = Math.min(1, LOOKED_AT / Math.max(picture.width, picture.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const size = { width: side(picture.width), height: side(picture.height) }
  const { data, width, height, channels } = await decodePicture(picture, { size, matte: WHITE })
  if (data.every((value, i) => value === data[i % channels])) return undefined
  const looked = sharp(data, { raw: { width, height, channels } })
  const short = Math.min(width, height)
  const isSquare = Math.max(width, height) < NEARLY * short
  const part = isSquare ? { width, height: Math.ceil(height / 2) } : { width: short, height: short }
  const { info } = await looked
    .resize({ ...part, fit: 'cover', position: sharp.strategy.attention })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { attentionX, attentionY } = info
  if (attentionX === undefined || attentionY === undefined) return undefined
  return { x: share(attentionX, width), y: share(attentionY, height) }
}

function share(position: number, length: number): number {
  return Math.min(1, Math.round((1000 * position) / length) / 1000)
}
