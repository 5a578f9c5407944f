/** A marker segment behind the JFIF header: APP0..APP15 (0xe0..0xef) or COM (0xfe), at most 65533 bytes. */
export interface JpegSegment {
  readonly marker: number
  readonly data: Uint8Array
}

/** Options of a baseline JPEG (ITU-T T.81, sequential DCT, 8 bit). */
export interface JpegOptions {
  /** 1..65535 */
  readonly width: number
  /** 1..65535 */
  readonly height: number
  /** 1..100. Scales the tables of T.81 Annex K as libjpeg does; ignored when `tables` are given. */
  readonly quality: number
  readonly subsampling: JpegSubsampling
  /** Quantization tables of luma and chroma in natural (row-major) order, values 1..255. */
  readonly tables?: JpegTables | undefined
  /**
   * 'standard' writes while rows arrive, in memory that does not grow with the height. 'optimized' is 1 % smaller and
   * holds 4 bytes for each non-zero coefficient until `finish`. @default optimized below 4 megapixels, else standard
   */
  readonly huffman?: 'standard' | 'optimized' | undefined
  readonly segments?: readonly JpegSegment[] | undefined
  /** Implementation of the arithmetic. @default the TypeScript reference */
  readonly kernel?: JpegKernel | undefined
}

export type JpegSubsampling = '420' | '444'
export type JpegTables = readonly [luma: Uint16Array, chroma: Uint16Array]

export interface JpegWriter {
  /**
   * @param rgb n whole rows, interleaved, top to bottom
   * @returns the bytes that are ready; undefined when there are none
   * @throws StrataError INTERNAL for part of a row or more rows than the height
   */
  write(rgb: Uint8Array): Uint8Array | undefined
  /** @throws StrataError INTERNAL when rows are missing */
  finish(): Uint8Array
}

/** Geometry of the scan in minimum coded units (MCUs) of 8x8 or 16x16 pixels, padded at the right and the bottom. */
export interface JpegLayout {
  readonly width: number
  readonly height: number
  readonly subsampling: JpegSubsampling
  /** Side of an MCU in pixels: 8 (4:4:4) or 16 (4:2:0). */
  readonly mcuSize: number
  readonly mcusAcross: number
  readonly mcusDown: number
  /** 3 (Y, Cb, Cr) or 6 (Y, Y, Y, Y, Cb, Cr). */
  readonly blocksPerMcu: number
  /** Number of luma blocks, which come first in an MCU: 1 or 4. */
  readonly lumaBlocks: number
}

/** An implementation of the arithmetic. All return the same integers (test/conformance/jpeg.ts). */
export interface JpegKernel {
  readonly name: string
  forward(layout: JpegLayout, tables: JpegTables): JpegForward
  bitWriter(): JpegBitWriter
}

/** Writes one entropy-coded segment. */
export interface JpegBitWriter {
  tokens(tokens: Uint32Array, codes: HuffmanCodes): void
  /** Fills the last byte with ones. */
  flush(): void
  /** Returns a copy of the whole bytes written since the last call. */
  take(): Uint8Array
}

/** The arithmetic for one picture. A returned array is valid until the next call of the same method. */
export interface JpegForward {
  /**
   * Converts, transforms and quantizes one line of MCUs.
   *
   * @param rgb `rows` rows of `width` pixels; when they are fewer than the rows of an MCU, the last one is repeated
   * @returns 64 coefficients per block in zigzag order, blocks in scan order
   */
  transform(rgb: Uint8Array, rows: number): Int16Array
  /**
   * Tokenizes run lengths and amplitudes of one line of MCUs (T.81 F.1.2). DC prediction continues from call to call.
   *
   * @returns tokens `class << 24 | symbol << 16 | amplitude`; class = 2 * chroma + ac is the number of the Huffman table
   */
  tokenize(coefficients: Int16Array): Uint32Array
}

/** Huffman codes and their lengths, by `token >>> 16`. */
export interface HuffmanCodes {
  readonly codes: Uint16Array
  readonly lengths: Uint8Array
}
