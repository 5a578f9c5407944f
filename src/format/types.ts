import type { Coding, PictureCoding } from './coding.ts'

/** One entry of the layer table. Layers are numbered from 0, the base. */
export interface LayerInfo {
  readonly index: number
  readonly coding: Coding
  readonly width: number
  readonly height: number
  /** 1..100; for a picture file on JPEG's scale, and 100 when it is lossless */
  readonly quality: number
  /** 8 bits that belong to the codec; those of a picture file are defined in coding.ts */
  readonly flags: number
  /** CRC-32C of a layer that is a picture file; 0 for a COMPASS layer, whose strips have checksums of their own. */
  readonly checksum: number
  /** SSIMULACRA2 against the resized source, rounded and kept in 1..100; 0 when the encoder did not measure it. */
  readonly score: number
  /** The layer takes the bytes [start, end) of the file; the bytes [0, end) are a valid file. */
  readonly start: number
  readonly end: number
}

export interface StrataSource {
  readonly width: number
  readonly height: number
  /** The first 16 bytes of the source's SHA-256: 32 hexadecimal digits. */
  readonly sha256: string
}

export interface StrataHeader {
  readonly version: 2
  /** 16 bits that belong to the codec */
  readonly flags: number
  readonly headerLength: number
  /** Length of the whole file in bytes. The bytes at hand may be fewer: a file cut after any layer is valid. */
  readonly totalLength: number
  readonly source: StrataSource
  /**
   * The set of decoder models that the file needs: 16 hexadecimal digits; NO_MODEL_SET when its layers are picture
   * files.
   */
  readonly modelSet: string
  readonly layers: readonly LayerInfo[]
  /** The placeholder's progressive code; it may be empty. */
  readonly placeholder: Uint8Array
}

/** One layer to be written into a file. */
interface Payload {
  readonly width: number
  readonly height: number
  readonly quality: number
  readonly flags?: number
  /** As in LayerInfo. @default 0 */
  readonly score?: number
}

/** One COMPASS layer to be written into a file. */
export interface LayerPayload extends Payload {
  /** From top to bottom, one for every 256 rows; the last one may have fewer rows. */
  readonly strips: readonly Uint8Array[]
}

/** One layer that is a picture file, to be written into a .strata file. */
export interface PicturePayload extends Payload {
  readonly coding: PictureCoding
  /** A picture file of this coding. */
  readonly picture: Uint8Array
}

/** The checked strip index of one layer. */
export interface StripIndex {
  readonly count: number
  /**
   * The bytes of strip `i`, as a view. Every call checks their checksum.
   * @throws StrataError FORMAT_TRUNCATED when the strip is incomplete, FORMAT_CHECKSUM when it is damaged
   */
  strip(i: number): Uint8Array
}
