/**
 * Original in, picture out: what the origin answers with while a picture is not encoded yet, and where the edge's own
 * limits end. One pipeline of sharp decodes, turns, converts, cuts and scales; another lays the pixels in their frame and
 * encodes them, so that nothing else of the original can get through.
 * @module
 */

import { availableParallelism } from 'node:os'
import sharp from 'sharp'
import { throwIfAborted } from '../../core/abort.ts'
import { decodePicture, type OpenPicture } from '../ingest/ingest.ts'
import { WHITE } from '../ingest/matte.ts'
import { countFrames } from '../originals/frames.ts'
import { withoutNeedlessAlpha } from '../pixels.ts'
import { encodeRendered } from './encode.ts'
import { renderFrames } from './frames.ts'
import { decodableOriginal } from './original.ts'
import type { RenderPlan } from './plan.ts'

/** Makes the picture that was planned of an opened original. */
export type RenderPicture = (
  picture: OpenPicture,
  plan: RenderPlan,
  signal?: AbortSignal,
) => Promise<Uint8Array<ArrayBuffer>>

/** @throws StrataError INPUT_CORRUPT, ABORTED, INPUT_TOO_LARGE (frames); INPUT_UNSUPPORTED (`f=original`) */
export const renderPicture: RenderPicture = async (picture, plan, signal) => {
  throwIfAborted(signal)
  if (plan.format === 'original') return await decodableOriginal(picture)
  if (plan.frames === 'all' && countFrames(picture) > 1) return await renderFrames(picture, plan)
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
