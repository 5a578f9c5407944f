import type { Size } from '../../core/box.ts'
import { dataView, fromHex, hex } from '../../core/bytes.ts'
import { crc32c } from '../../core/crc32c.ts'
import type { RgbImage } from '../../core/image.ts'
import type { PngChunk } from '../../pixels/png/chunks.ts'

/*
 * The marker of a thumbnail is a PNG chunk, big-endian like all of PNG:
 *
 *   0  version u8 = 1
 *   1  method u8 = 1: invertible rescaling
 *   2  factor u8
 *   3  0
 *   4  model, 8 bytes
 *  12  width u32, height u32 of the hidden picture
 *  20  CRC-32C u32 of the thumbnail's samples: rows of R, G, B
 *  24
 */
const VERSION = 1
const METHOD = 1
const FACTOR_AT = 2
const MODEL_AT = 4
const MODEL_BYTES = 8
const WIDTH_AT = 12
const HEIGHT_AT = 16
const CHECKSUM_AT = 20
const LENGTH = 24

/** Chunk type: ancillary, private, and unsafe to copy (PNG, 5.4), because it is void once the pixels change. */
export const CHUNK = 'stRA'

export interface Marker {
  readonly factor: number
  /** 16 hexadecimal digits. */
  readonly model: string
  /** Size of the hidden picture. */
  readonly high: Size
  readonly checksum: number
}

export function markerChunk({ factor, model, high, checksum }: Marker): PngChunk {
  const data = new Uint8Array(LENGTH)
  const view = dataView(data)
  data.set([VERSION, METHOD, factor])
  data.set(fromHex(model), MODEL_AT)
  view.setUint32(WIDTH_AT, high.width)
  view.setUint32(HEIGHT_AT, high.height)
  view.setUint32(CHECKSUM_AT, checksum)
  return { type: CHUNK, data }
}

/** Reads a marker. Returns undefined for later versions and unknown methods. */
export function readMarker({ data }: PngChunk): Marker | undefined {
  if (data.length !== LENGTH || data[0] !== VERSION || data[1] !== METHOD) return undefined
  const view = dataView(data)
  return {
    factor: view.getUint8(FACTOR_AT),
    model: hex(data.subarray(MODEL_AT, MODEL_AT + MODEL_BYTES)),
    high: { width: view.getUint32(WIDTH_AT), height: view.getUint32(HEIGHT_AT) },
    checksum: view.getUint32(CHECKSUM_AT),
  }
}

export function checksumOf({ data }: RgbImage): number {
  return crc32c(data)
}
