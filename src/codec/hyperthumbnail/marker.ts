import type { Size } from '../../core/box.ts'
import { dataView, fromHex, hex } from '../../core/bytes.ts'
import { crc32c } from '../../core/crc32c.ts'
import { blockRows, type JpegCoefficients } from '../../pixels/jpeg/coefficients.ts'
import type { JpegSegment } from '../../pixels/jpeg/types.ts'
import type { Settings } from './settings.ts'

/*
 * The marker of a thumbnail is an APP9 segment, little-endian:
 *
 *   0  "STRATA\0"
 *   7  version u8 = 2
 *   8  embed factor u8
 *   9  quality u8, 1..100
 *  10  strength u8, 0..100
 *  11  model, 8 bytes
 *  19  width u16, height u16 of the hidden picture
 *  23  CRC-32C u32 of the quantized coefficients (i16, zigzag, rows of blocks, Y Cb Cr)
 *  27
 */
const APP9 = 0xe9
const NAME = Uint8Array.of(0x53, 0x54, 0x52, 0x41, 0x54, 0x41, 0)
const VERSION = 2
const VERSION_AT = 7
const FACTOR_AT = 8
const QUALITY_AT = 9
const STRENGTH_AT = 10
const MODEL_AT = 11
const MODEL_BYTES = 8
const WIDTH_AT = 19
const HEIGHT_AT = 21
const CHECKSUM_AT = 23
const LENGTH = 27

export interface Marker extends Settings {
  readonly factor: number
  /** 16 hexadecimal digits. */
  readonly model: string
  /** Size of the hidden picture. */
  readonly high: Size
  readonly checksum: number
}

export function markerSegment({ factor, quality, strength, model, high, checksum }: Marker): JpegSegment {
  const data = new Uint8Array(LENGTH)
  const view = dataView(data)
  data.set(NAME)
  view.setUint8(VERSION_AT, VERSION)
  view.setUint8(FACTOR_AT, factor)
  view.setUint8(QUALITY_AT, quality)
  view.setUint8(STRENGTH_AT, strength)
  data.set(fromHex(model), MODEL_AT)
  view.setUint16(WIDTH_AT, high.width, true)
  view.setUint16(HEIGHT_AT, high.height, true)
  view.setUint32(CHECKSUM_AT, checksum, true)
  return { marker: APP9, data }
}

/** Finds the first marker among a file's segments. Ignores damaged markers and those of other versions. */
export function findMarker(segments: readonly JpegSegment[]): Marker | undefined {
  const segment = segments.find(({ marker, data }) => marker === APP9 && isOurs(data))
  if (!segment) return undefined
  const view = dataView(segment.data)
  return {
    factor: view.getUint8(FACTOR_AT),
    quality: view.getUint8(QUALITY_AT),
    strength: view.getUint8(STRENGTH_AT),
    model: hex(segment.data.subarray(MODEL_AT, MODEL_AT + MODEL_BYTES)),
    high: { width: view.getUint16(WIDTH_AT, true), height: view.getUint16(HEIGHT_AT, true) },
    checksum: view.getUint32(CHECKSUM_AT, true),
  }
}

/** The checksum of the marker. It no longer matches when the picture has been encoded again. */
export function checksumOf(coefficients: JpegCoefficients): number {
  let checksum = 0
  for (const { buffer, byteOffset, byteLength } of blockRows(coefficients)) {
    // All machines that run this are little-endian; the WebAssembly kernels depend on it too.
    checksum = crc32c(new Uint8Array(buffer, byteOffset, byteLength), checksum)
  }
  return checksum
}

function isOurs(data: Uint8Array): boolean {
  if (data.length !== LENGTH || data[VERSION_AT] !== VERSION) return false
  return NAME.every((byte, i) => data[i] === byte)
}
