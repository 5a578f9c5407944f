import { type Box, type BoxedSize, coveringPart, fitBox, type Size, withinSide } from '../../core/box.ts'
import { MAX_FORMAT_SIDE, MAX_PADDED_SIDE } from '../../core/limits/table.ts'
import type { ImageParams } from '../request/params.ts'
import type { TranscodeRequest } from '../transcoder/transcoder.ts'
import type { PlanRules } from './types.ts'
import type { AskedSize } from './wanted-size.ts'

export interface Frame {
  readonly boxed: BoxedSize
  readonly placing: Pick<TranscodeRequest, 'fit' | 'focus' | 'background'>
  /** Whether the picture shows the whole source and nothing else. */
  readonly isWhole: boolean
}

/**
 * The size of a picture, and which part of the source it shows how.
 * @param source proportions of the picture
 * @param largest size in which it can be had at most
 * @param asked in device pixels
 */
export function frameOf(
  source: Size,
  largest: Size,
  params: ImageParams,
  asked: AskedSize,
  { attention }: Pick<PlanRules, 'attention'>,
): Frame {
  const box = boxOf(params, asked)
  const fitted = fitBox(source, largest, box, MAX_PADDED_SIDE)
  // A JPEG can be made of every size that is planned, for clients that take nothing else. Only a PNG may be larger.
  const limit = MAX_FORMAT_SIDE[params.format === 'png' ? 'png' : 'jpeg']
  const boxed = { ...fitted, size: withinSide(fitted.size, limit) }
  const { size, shown } = boxed
  const { fit, background } = params
  const focus = params.focus === 'auto' ? attention : params.focus
  const isPadded = box.padded && !isSame(size, shown)
  const isCovering =
    box.height !== undefined && fit === 'cover' && !isSame(coveringPart(largest, size), largest)
  if (isCovering) return { boxed, placing: { fit: 'cover', ...(focus && { focus }) }, isWhole: false }
  if (isPadded) return { boxed, placing: { fit: 'contain', background }, isWhole: false }
  return { boxed, placing: {}, isWhole: true }
}

/** Whether a picture of this size would be larger than the frame. */
export function isShort({ boxed: { size } }: Frame, { width, height }: Size): boolean {
  return size.width < width || size.height < height
}

/** What is asked of the origin: any width above the source's is the source's, under one name. */
export function withinSource(asked: AskedSize, largest: Size): AskedSize {
  return asked.height === undefined ? { ...asked, width: largest.width } : asked
}

function boxOf({ fit, background }: ImageParams, { width, height }: AskedSize): Box {
  const isBoxed = height !== undefined
  const padded = isBoxed && fit === 'contain' && background !== undefined
  return { width, height, fit, padded }
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}
