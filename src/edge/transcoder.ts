import type { EmbedFactor } from './params.ts'

/** One picture to make out of the layers of a file. Sizes in pixels. */
export interface TranscodeRequest {
  /** Highest layer to decode. */
  readonly layer: number
  /** Size of the JPEG. */
  readonly width: number
  readonly height: number
  /** JPEG quality 1 to 100. */
  readonly quality: number
  /** How many times larger the picture is that the JPEG hides; 1 hides nothing. */
  readonly ht: EmbedFactor
}

/** Makes a JPEG from a prefix of a .strata file. The plugin knows no codec: only this. */
export interface Transcoder {
  /** Embed factors it can make. @default [1] */
  readonly embedFactors?: readonly EmbedFactor[]

  /**
   * @param prefix file bytes [0, end[layer])
   * @returns image/jpeg, whole or as a stream
   * @throws StrataError TRANSCODE_FAILED, TRANSCODE_BUSY, MODEL_UNKNOWN, FORMAT_*, ENTROPY_CORRUPT
   */
  transcode(
    prefix: Uint8Array,
    request: TranscodeRequest,
    signal?: AbortSignal,
  ): Promise<Uint8Array | ReadableStream<Uint8Array>>
}
