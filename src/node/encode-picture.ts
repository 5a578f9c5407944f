import type { ObservePhase } from '../codec/encode-phases.ts'
import type { RgbImage } from '../core/image.ts'
import type { CodingChoice } from '../format/coding.ts'
import type { Rung } from '../format/ladder.ts'
import type { QualityChoice } from '../format/quality.ts'
import type { Matte } from './ingest/matte.ts'

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
  /** @default auto: COMPASS for photographs, pictures of other codings for everything else */
  readonly coding?: CodingChoice | undefined
  /** Widths of the layers, as `640,1280,1280@80`. @default the ladder of the source's width */
  readonly widths?: string | undefined
  /** Of every layer that has none of its own. @default `defaultQuality` of each */
  readonly quality?: QualityChoice | undefined
  readonly matte?: Matte | undefined
  /** 0..MAX_REFINE gradient steps on the latents: smaller files, several times the time. @default 0 */
  readonly refine?: number | undefined
}
