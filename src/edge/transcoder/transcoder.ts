/*
 * Room transcoder/: how a JPEG is made of a .strata prefix. This file is the interface, all that the plugin knows;
 * service.ts fills it from the plugin's side of a service binding; app.ts is the second Worker behind it, with its
 * queue and its limits. Only what the second Worker runs may import a codec or pixels. The room knows no id, no
 * bucket and no cache.
 */

import type { EmbedFactor, Fit } from '../request/params.ts'

/** One JPEG to make from the layers of a file. Sizes in pixels. */
export interface TranscodeRequest {
  /** Highest layer to decode. */
  readonly layer: number
  /** Size of the JPEG. */
  readonly width: number
  readonly height: number
  /**
   * How the layer is fitted to that size: cropped around its centre (`cover`) or contained. Undefined: the size is
   * that of the layer itself or, with `ht` above 1, that of a lower layer.
   */
  readonly fit?: Fit | undefined
  /** Colour `rrggbb` around a contained picture. Undefined: the picture takes the whole size. */
  readonly background?: string | undefined
  /** JPEG quality 1 to 100. */
  readonly quality: number
  /** Embed factor: how many times larger the picture is that the JPEG hides; 1 hides nothing. */
  readonly ht: EmbedFactor
}

/** A model with which a transcoder can hide detail in a JPEG. */
export interface EmbedModel {
  /** How many times larger the hidden picture is. */
  readonly factor: EmbedFactor
  /** Names the model; another model makes other bytes. */
  readonly id: string
}

/** Makes a JPEG from a prefix of a .strata file. The plugin knows no codec, only this interface. */
export interface Transcoder {
  /** The models it can hide detail with. @default [] */
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
