/** One line of the layer table. Layers are numbered from 0, the base. */
export interface LayerInfo {
  readonly index: number
  readonly width: number
  readonly height: number
  /** 1..100 */
  readonly quality: number
  /** 8 bits that belong to the codec */
  readonly flags: number
  /** SSIMULACRA2 against the resized source, rounded and kept to 1..100; 0 where the encoder did not measure it. */
  readonly score: number
  /** The layer is the bytes [start, end) of the file, and [0, end) is a valid file. */
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
  /** The whole file's length. What is at hand may be shorter: any cut after a layer is a valid file. */
  readonly totalLength: number
  readonly source: StrataSource
  /** The decoder models that the file needs: 16 hexadecimal digits. */
  readonly modelSet: string
  readonly layers: readonly LayerInfo[]
  /** The placeholder's progressive code, maybe empty. */
  readonly placeholder: Uint8Array
}

/** One coded layer on its way into a file. */
export interface LayerPayload {
  readonly width: number
  readonly height: number
  readonly quality: number
  readonly flags?: number
  /** See LayerInfo. @default 0 */
  readonly score?: number
  /** Top to bottom, one for each 256 rows begun. */
  readonly strips: readonly Uint8Array[]
}

/** The checked strip index of one layer. */
export interface StripIndex {
  readonly count: number
  /**
   * The bytes of strip `i`, a view, checked against its checksum by this call.
   * @throws StrataError FORMAT_TRUNCATED when not all of it is there, FORMAT_CHECKSUM when it is damaged
   */
  strip(i: number): Uint8Array
}
