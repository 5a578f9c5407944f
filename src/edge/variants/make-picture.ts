import { readAtMost } from '../../core/body.ts'
import { hasCode, StrataError, type StrataErrorCode } from '../../core/errors.ts'
import { MAX_PICTURE_BYTES } from '../../core/limits/table.ts'
import type { RenderRequest } from '../origin/render.ts'
import type { Making } from '../plan/making.ts'
import type { TranscodePlan } from '../plan/types.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ImageStore } from '../store/store.ts'
import type { MemoryBudget } from '../transcoder/memory-budget.ts'
import type { TranscodeRequest, Transcoder } from '../transcoder/transcoder.ts'
import {
  type RenderPatience,
  type RenderServices,
  renderOriginal,
  type StoredOriginal,
} from './render-original.ts'

/** A picture, who made it, and how. */
export interface MadePicture {
  readonly bytes: Uint8Array
  readonly by: 'edge' | 'origin'
  readonly making: Making
  /** Media type, where it is not the one that was planned. */
  readonly type?: string
}

export interface MakeServices extends RenderServices {
  readonly store: ImageStore
  /** Undefined: only pictures that were made before, or that the origin makes, are served. */
  readonly transcoder: Transcoder | undefined
  readonly memory: MemoryBudget
}

/** What the edge throws where the origin may still make the picture: the original is not at fault. */
const EDGE_FAULTS: readonly StrataErrorCode[] = [
  'CODING_UNKNOWN',
  'MODEL_UNKNOWN',
  'TRANSCODE_BUSY',
  'TRANSCODER_MISSING',
]
/**
 * What an encoder that failed, is missing, or refuses the size throws: the edge tries the other formats that the client
 * takes, and then asks the origin.
 */
export const FORMAT_FAULTS: readonly StrataErrorCode[] = [
  'TRANSCODE_FAILED',
  'NOT_ACCEPTABLE',
  'INPUT_TOO_LARGE',
]

/**
 * Pictures of an isolate that are at the transcoder while the origin makes further ones: one at work, and one that follows
 * at once. It makes them one after the other, so that a page of pictures would wait for the sum of all.
 */
const FULL_LINE = 2

/** Milliseconds that the origin gets for a picture that the edge can make as well. */
const SPILL_MS = 10_000

/**
 * Makes the picture of a plan: at the edge from a layer, or, where others wait for the edge already, or it is busy or cannot,
 * at the origin from the original.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError what the edge throws, when the origin cannot make the picture either
 */
export async function makePicture(
  { state }: LoadedImage,
  { length, request, render, fallbacks }: TranscodePlan,
  services: MakeServices,
): Promise<MadePicture | undefined> {
  const { original, sha256 } = state
  const sent = render && original !== undefined ? { source: { original, sha256 }, render } : undefined
  if (sent && services.memory.jobs >= FULL_LINE) {
    // Whatever is wrong there, the edge has a place in its line.
    const picture = await renderPicture(sent, services, {
      isSpare: true,
      milliseconds: SPILL_MS,
    }).catch(() => undefined)
    if (picture !== undefined) return picture
  }
  try {
    const bytes = await transcodeLayer(state.file, length, request, services)
    return bytes && { bytes, by: 'edge', making: 'edge' }
  } catch (error) {
    const faults = fallbacks.length > 0 ? EDGE_FAULTS : [...EDGE_FAULTS, ...FORMAT_FAULTS]
    if (!hasCode(error, ...faults) || sent === undefined) throw error
    return await renderPicture(sent, services).catch(() => {
      throw error
    })
  }
}

/** @returns undefined when the original is gone */
async function renderPicture(
  { source, render }: { readonly source: StoredOriginal; readonly render: RenderRequest },
  services: RenderServices,
  patience?: RenderPatience,
): Promise<MadePicture | undefined> {
  const rendered = await renderOriginal(source, render, services, patience)
  return rendered && { bytes: rendered.bytes, by: 'origin', making: 'origin' }
}

async function transcodeLayer(
  file: string,
  length: number,
  request: TranscodeRequest,
  { transcoder, memory, store }: MakeServices,
): Promise<Uint8Array | undefined> {
  if (transcoder === undefined) throw transcoderMissing()
  return await memory.hold(length, async () => {
    const object = await store.readRange(file, 0, length)
    return object && (await transcode(transcoder, await object.bytes(), request))
  })
}

/** The client's signal is not passed on: others may be waiting for the same picture. */
async function transcode(
  transcoder: Transcoder,
  prefix: Uint8Array,
  request: TranscodeRequest,
): Promise<Uint8Array> {
  try {
    const bytes = await readAtMost(await transcoder.transcode(prefix, request), MAX_PICTURE_BYTES)
    if (bytes === undefined)
      throw new StrataError(
        'INPUT_TOO_LARGE',
        `picture: expected at most ${MAX_PICTURE_BYTES} bytes, got more; a smaller w or q gives fewer`,
      )
    if (bytes.length === 0)
      throw new StrataError('TRANSCODE_FAILED', 'transcoder: expected a picture, got 0 bytes')
    return bytes
  } catch (error) {
    if (error instanceof StrataError) throw error
    throw new StrataError('TRANSCODE_FAILED', 'the transcoder failed', { cause: error })
  }
}

function transcoderMissing(): StrataError {
  return new StrataError(
    'TRANSCODER_MISSING',
    'this edge has no transcoder: it serves .strata files, and pictures that were made and kept before',
  )
}
