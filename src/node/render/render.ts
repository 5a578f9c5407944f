/**
 * Original in, picture out: what the origin answers with while a picture is not encoded yet, and where the edge's own
 * limits end. One pipeline of sharp decodes, turns, converts, cuts and scales; another lays the pixels in their frame and
 * encodes them, so that nothing else of the original can get through.
 * @module
 */

import { availableParallelism } from 'node:os'
import sharp from 'sharp'
import { throwIfAborted } from '../../core/abort.ts'
import { type DecodedPicture, decodePicture, type OpenPicture } from '../ingest.ts'
import { WHITE } from '../matte.ts'
import { encodeRendered } from './encode.ts'
import type { RenderPlan } from './plan.ts'

/** Makes the picture that was planned of an opened original. */
export type RenderPicture = (
  picture: OpenPicture,
  plan: RenderPlan,
  signal?: AbortSignal,
) => Promise<Uint8Array<ArrayBuffer>>

/** @throws StrataError INPUT_CORRUPT, ABORTED */
export const renderPicture: RenderPicture = async (picture, plan, signal) => {
  throwIfAborted(signal)
  const { part, place, format } = plan
  const matte = plan.background ?? (format === 'jpeg' ? WHITE : undefined)
  const decoded = await decodePicture(picture, { part, size: place, matte })
  throwIfAborted(signal)
  return await encodeRendered(withoutNeedlessAlpha(decoded), plan)
}

/** Divides the processor among pictures that are rendered at the same time. It holds for the whole process. */
export function shareThreads(renders: number): void {
  const share = Math.max(1, Math.floor(availableParallelism() / renders))
  sharp.concurrency(Math.min(sharp.concurrency(), share))
}

/** An alpha channel that hides nothing costs bytes and, in AVIF, a second picture to decode. */
function withoutNeedlessAlpha(picture: DecodedPicture): DecodedPicture {
  const { width, height, channels, data } = picture
  if (channels === 3) return picture
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return picture
  const opaque = new Uint8Array(3 * width * height)
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    opaque[to] = data[from]!
    opaque[to + 1] = data[from + 1]!
    opaque[to + 2] = data[from + 2]!
  }
  return { width, height, channels: 3, data: opaque }
}
