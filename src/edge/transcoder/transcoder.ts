/*
 * Room transcoder/: how a picture is made of a .strata prefix. This file is the interface, all that the plugin knows;
 * service.ts fills it from the plugin's side of a service binding; app.ts is the second Worker behind it, with its
 * queue, its limits and its encoders. Only what the second Worker runs may import a codec or pixels. The room knows no
 * id, no bucket and no cache.
 */

import type { Fit, Point } from '../../core/box.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { EmbedFactor } from '../request/params.ts'

/** One picture to make from the layers of a file. Sizes in pixels. */
export interface TranscodeRequest {
  /** Highest layer to decode. */
  readonly layer: number
  /** Size of the picture; the layer is resized down to it. */
  readonly width: number
  readonly height: number
  /**
   * How the layer is fitted to that size: cropped (`cover`) or padded (`contain`). Undefined: the whole layer takes the
   * whole size.
   */
  readonly fit?: Fit | undefined
  /** What `cover` crops around. @default the centre */
  readonly focus?: Point | undefined
  /** Colour `rrggbb` of the bars around a padded picture, and under what is transparent. @default alpha stays; white in a JPEG */
  readonly background?: string | undefined
  readonly format: PictureFormat
  /** On JPEG's scale, 1 to 100 (pixels/encoder-quality.ts). */
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

/** Makes a picture from a prefix of a .strata file. The plugin knows no codec, only this interface. */
export interface Transcoder {
  /** The models it can hide detail with. @default [] */
  readonly embedModels?: readonly EmbedModel[]

  /**
   * Asks whether it can make pictures. @default it cannot be asked
   * @throws whatever keeps it from that
   */
  check?(): Promise<void>

  /**
   * @param prefix file bytes [0, end[layer])
   * @param headers of a request that this leads to: `traceparent`, where there is a trace
   * @returns a file of `request.format`, whole or as a stream
   * @throws StrataError TRANSCODE_FAILED, TRANSCODE_BUSY, MODEL_UNKNOWN, FORMAT_*, ENTROPY_CORRUPT
   */
  transcode(
    prefix: Uint8Array,
    request: TranscodeRequest,
    signal?: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Uint8Array | ReadableStream<Uint8Array>>
}
