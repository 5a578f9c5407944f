import type { ObservePhase } from '../codec/encode-phases.ts'
import { throwIfAborted } from '../core/abort.ts'
import { invalidParam } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import type { RgbImage } from '../core/image.ts'
import { release } from '../core/release.ts'
import { ladderFor, type Rung, searchedLayers } from '../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../format/layout.ts'
import { parseQuality, type QualityChoice } from '../format/quality.ts'
import { readPicture, resizeLanczos } from './ingest.ts'
import { type Matte, parseMatte } from './matte.ts'

/** What quality layers should be searched for. */
export interface QualitySearch {
  /** SSIMULACRA2 against the resized source. */
  readonly score: number
  /** Numbers of the layers; the others have the quality that the ladder says. */
  readonly layers: readonly number[]
}

/** What the codec is asked for. */
export interface EncodeRequest {
  readonly ladder: Rung[]
  /** The first 16 bytes of the hash of the original file. */
  readonly sha256: Uint8Array
  readonly resize: (image: RgbImage, width: number, height: number) => Promise<RgbImage>
  /** Code of the thumbnail for the header. @default 3 steps, where the model is installed */
  readonly placeholder?: Uint8Array
  /** Gradient steps on the latents. */
  readonly refine?: number | undefined
  /** Search qualities instead of taking the ladder's. */
  readonly search?: QualitySearch
  /** For measurements. */
  readonly observe?: ObservePhase | undefined
  readonly signal?: AbortSignal | undefined
}

/** Encodes a picture into a verified .strata file. `compose.ts` binds the real codec; tests inject their own. */
export type EncodePicture = (image: RgbImage, request: EncodeRequest) => Promise<Uint8Array>

/** What a user may choose, on the URL of `/encode` and on the command line alike. */
export interface EncodeParameters {
  /** Widths of the layers, as `640,1280,1280@80`. @default the ladder of the source's width */
  readonly widths?: string | undefined
  /** Of every layer that has none of its own. @default `defaultQuality` of each */
  readonly quality?: QualityChoice | undefined
  readonly matte?: Matte | undefined
  /** 0..MAX_REFINE gradient steps on the latents: smaller files, several times the time. @default 0 */
  readonly refine?: number | undefined
}

export const MAX_REFINE = 1000

/**
 * Checks the parameters as they were written; `undefined` and the empty text mean the default.
 * @throws StrataError PARAM_INVALID
 */
export function parseParameters(text: {
  readonly widths?: string | undefined
  readonly quality?: string | undefined
  readonly bg?: string | undefined
  readonly refine?: string | undefined
}): EncodeParameters {
  return {
    quality: text.quality ? parseQuality(text.quality) : undefined,
    refine: text.refine ? parseNumber('refine', text.refine, 0, MAX_REFINE) : undefined,
    widths: text.widths || undefined,
    matte: text.bg ? parseMatte(text.bg) : undefined,
  }
}

/**
 * Original file in, verified .strata file out. Takes `bytes` over: they are empty as soon as they are decoded, because
 * encoding takes long and memory is the picture's. Throws what ingest, the ladder and the codec throw, and ABORTED.
 */
export async function encodeOriginal(
  bytes: Uint8Array,
  parameters: EncodeParameters,
  options: { readonly encode: EncodePicture; readonly maxPixels?: number; readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const { encode, maxPixels, signal } = options
  const image = await readPicture(bytes, { matte: parameters.matte, maxPixels })
  throwIfAborted(signal)
  const { widths, quality, refine } = parameters
  const ladder = ladderFor(image.width, widths, typeof quality === 'number' ? quality : undefined)
  const layers =
    typeof quality === 'object'
      ? searchedLayers(
          ladder.map(({ width }) => width),
          widths,
        )
      : []
  const search = typeof quality === 'object' && { search: { score: quality.score, layers } }
  const hash = (await sha256(bytes)).subarray(0, SOURCE_HASH_BYTES)
  release(bytes)
  const file = await encode(image, { ladder, sha256: hash, resize: resizeLanczos, refine, signal, ...search })
  throwIfAborted(signal)
  return file
}

function parseNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value < least || value > most) {
    throw invalidParam(name, `an integer from ${least} to ${most}`, text)
  }
  return value
}
