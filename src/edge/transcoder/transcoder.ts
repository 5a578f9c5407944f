import type { EmbedFactor, Fit } from '../request/params.ts'

/** One picture to make out of the layers of a file. Sizes in pixels. */
export interface TranscodeRequest {
  /** Highest layer to decode. */
  readonly layer: number
  /** Size of the JPEG. */
  readonly width: number
  readonly height: number
  /**
   * How the layer comes to that size: cut around its centre, or contained. Undefined: the size is that of the layer, or
   * of a lower one that hides it.
   */
  readonly fit?: Fit | undefined
  /** Colour `rrggbb` around a contained picture. Undefined: nothing is around it, it takes the whole size. */
  readonly background?: string | undefined
  /** JPEG quality 1 to 100. */
  readonly quality: number
  /** How many times larger the picture is that the JPEG hides; 1 hides nothing. */
  readonly ht: EmbedFactor
}

/** Something that a transcoder can hide detail with. */
export interface EmbedModel {
  /** How many times larger the hidden picture is. */
  readonly factor: EmbedFactor
  /** Names the model: pictures of another one have other bytes. */
  readonly id: string
}

/** Makes a JPEG from a prefix of a .strata file. The plugin knows no codec: only this. */
export interface Transcoder {
  /** What it can hide detail with. @default nothing */
  readonly embedModels?: readonly EmbedModel[]

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
