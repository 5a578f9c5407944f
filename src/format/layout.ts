import { dataView } from '../core/bytes.ts'
import { StrataError } from '../core/errors.ts'

/*
 * .strata, version 2. All numbers are unsigned and little-endian.
 *
 *   header                                      (fixed part: 56 bytes)
 *     0                   8       10      12           16           20         24
 *     +-------------------+-------+-------+------------+------------+----------+
 *     | magic             | vers. | flags | header len | total len  | CRC-32C  |
 *     +---------+---------+-------+-------+------------+------------+----------+
 *     24        26        28                           44           52   53    54            56
 *     +---------+---------+----------------------------+------------+----+-----+-------------+
 *     | width   | height  | SHA-256 of the source, 16  | model set  | n  | 0   | placeholder |
 *     +---------+---------+----------------------------+------------+----+-----+-------------+
 *     56                       56 + 16 n                     header len
 *     +------------------------+-----------------------------+
 *     | layer table, 16 B each | placeholder bytes           |
 *     +------------------------+-----------------------------+
 *       one entry:  0 width  2 height  4 quality  5 flags  6 coding  7 score  8 start  12 end
 *
 *   Codings: 0 COMPASS, 1 WebP, 2 AVIF, 3 PNG, 4 animated WebP. A file has only COMPASS layers, or no COMPASS layer. In the
 *   second case its model set is 0, a CRC-32C of each layer stands between the table and the placeholder (4 bytes each),
 *   and each layer is a picture file without a strip index.
 *
 *   layers, from the base up, one behind the other without a gap: [start, end) of the table; those of COMPASS:
 *     0           2       4                          4 + 8 n   8 + 8 n
 *     +-----------+-------+--------------------------+---------+-----------------------+
 *     | strips: n | 0     | n x (length, CRC-32C)    | CRC-32C | strips, top to bottom |
 *     +-----------+-------+--------------------------+---------+-----------------------+
 *
 * The header's CRC-32C covers the whole header but itself. The strip index's CRC-32C starts from the header's, so that
 * a layer fetched from another file (an upgrade that raced with a new upload) is refused before it is decoded. Flags
 * belong to the codec; those of a picture layer are 1 (alpha) and 2 (lossless). Fields marked 0 must be 0.
 */

/** Byte 0x89 is not ASCII text, and the newline reveals a transfer that "repaired" line ends. */
export const MAGIC: readonly number[] = [0x89, 0x53, 0x54, 0x52, 0x41, 0x54, 0x41, 0x0a] // \x89 STRATA \n

export const VERSION = 2

/** One unsigned little-endian number: where it starts in its record, and its width in bytes. */
export interface Field {
  readonly name: string
  readonly offset: number
  readonly bytes: 1 | 2 | 4
}

export const HEADER = {
  version: { name: 'version', offset: 8, bytes: 2 },
  flags: { name: 'flags', offset: 10, bytes: 2 },
  headerLength: { name: 'header length', offset: 12, bytes: 4 },
  totalLength: { name: 'total length', offset: 16, bytes: 4 },
  checksum: { name: 'header checksum', offset: 20, bytes: 4 },
  sourceWidth: { name: 'source width', offset: 24, bytes: 2 },
  sourceHeight: { name: 'source height', offset: 26, bytes: 2 },
  layerCount: { name: 'layer count', offset: 52, bytes: 1 },
  reserved: { name: 'reserved byte', offset: 53, bytes: 1 },
  placeholderLength: { name: 'placeholder length', offset: 54, bytes: 2 },
} as const satisfies Record<string, Field>

/** The source is named by the first bytes of its SHA-256: 16 bytes suffice and save the other 16. */
export const SOURCE_HASH_OFFSET = 28
export const SOURCE_HASH_BYTES = 16

export const MODEL_SET_OFFSET = 44
export const MODEL_SET_BYTES = 8

/** Bytes that `headerLength` needs, hence the shortest first read of a client that fetches by range. */
export const FIXED_HEADER_BYTES = 56

export const LAYER = {
  width: { name: 'width', offset: 0, bytes: 2 },
  height: { name: 'height', offset: 2, bytes: 2 },
  quality: { name: 'quality', offset: 4, bytes: 1 },
  flags: { name: 'flags', offset: 5, bytes: 1 },
  coding: { name: 'coding', offset: 6, bytes: 1 },
  score: { name: 'score', offset: 7, bytes: 1 },
  start: { name: 'start', offset: 8, bytes: 4 },
  end: { name: 'end', offset: 12, bytes: 4 },
} as const satisfies Record<string, Field>

export const LAYER_BYTES = 16

/** Checksum of one layer that is a picture file. */
export const LAYER_CHECKSUM = {
  name: 'layer checksum',
  offset: 0,
  bytes: 4,
} as const satisfies Field

export const STRIP_INDEX = {
  count: { name: 'strip count', offset: 0, bytes: 2 },
  reserved: { name: 'reserved bytes', offset: 2, bytes: 2 },
} as const satisfies Record<string, Field>

export const STRIP_INDEX_HEAD_BYTES = 4

export const STRIP = {
  length: { name: 'strip length', offset: 0, bytes: 4 },
  checksum: { name: 'strip checksum', offset: 4, bytes: 4 },
} as const satisfies Record<string, Field>

export const STRIP_BYTES = 8

/** The checksum follows the last entry of a strip index, so its offset is relative to its own position. */
export const STRIP_INDEX_CHECKSUM = {
  name: 'strip index checksum',
  offset: 0,
  bytes: 4,
} as const satisfies Field

/** Rows of a strip. Only the last strip of a layer may have fewer. */
export const STRIP_ROWS = 256

export const MAX_HEADER_BYTES = 64 * 1024

/** Number of strips of a layer with `height` rows. */
export function stripCount(height: number): number {
  return Math.ceil(height / STRIP_ROWS)
}

/** Bytes of a strip index with `count` strips, checksum included. */
export function stripIndexBytes(count: number): number {
  return STRIP_INDEX_HEAD_BYTES + count * STRIP_BYTES + STRIP_INDEX_CHECKSUM.bytes
}

/** Value of a field in the record at offset `record`. The caller makes sure that the bytes exist. */
export function readField(bytes: Uint8Array, field: Field, record = 0): number {
  const view = dataView(bytes)
  const at = record + field.offset
  if (field.bytes === 1) return view.getUint8(at)
  return field.bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
}

/** @throws StrataError FORMAT_INVALID when the value does not fit the field */
export function writeField(bytes: Uint8Array, field: Field, value: number, record = 0): void {
  const max = 2 ** (8 * field.bytes) - 1
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new StrataError(
      'FORMAT_INVALID',
      `${field.name}: expected an integer from 0 to ${max}, got ${value}`,
    )
  }
  const view = dataView(bytes)
  const at = record + field.offset
  if (field.bytes === 1) view.setUint8(at, value)
  else if (field.bytes === 2) view.setUint16(at, value, true)
  else view.setUint32(at, value, true)
}
