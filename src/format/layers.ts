import { crc32c } from '../core/crc32c.ts'
import { StrataError } from '../core/errors.ts'
import { check, need } from './checks.ts'
import {
  HEADER,
  readField,
  STRIP,
  STRIP_BYTES,
  STRIP_INDEX,
  STRIP_INDEX_CHECKSUM,
  STRIP_INDEX_HEAD_BYTES,
  stripCount,
  stripIndexBytes,
} from './layout.ts'
import type { LayerInfo, StripIndex } from './types.ts'

/**
 * Reads and checks the strip index of one layer. `bytes` is the file from its first byte to at least the end of the
 * index; a strip is checked only when it is asked for.
 * @throws StrataError FORMAT_TRUNCATED, FORMAT_CHECKSUM, FORMAT_INVALID
 */
export function readStrips(bytes: Uint8Array, layer: LayerInfo): StripIndex {
  const name = `layer ${layer.index}`
  const count = stripCount(layer.height)
  const first = layer.start + stripIndexBytes(count)
  need(bytes, first, `the strip index of ${name}`)
  const checksumAt = first - STRIP_INDEX_CHECKSUM.bytes
  const index = bytes.subarray(layer.start, checksumAt)
  if (stripIndexChecksum(bytes, index) !== readField(bytes, STRIP_INDEX_CHECKSUM, checksumAt)) {
    throw new StrataError('FORMAT_CHECKSUM', `${name}: the strip index is damaged or of another file`)
  }
  const stored = readField(index, STRIP_INDEX.count)
  check(stored === count, `${name}: strip count`, count, stored)
  check(readField(index, STRIP_INDEX.reserved) === 0, `${name}: reserved bytes`, 0, 'other')

  // Strip i lies at [offsets[i], offsets[i + 1]). Lengths have 32 bits, so the sum of at most 256 of them is exact.
  const offsets = [first]
  for (let i = 0, end = first; i < count; i++) {
    end += readField(index, STRIP.length, STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES)
    offsets.push(end)
  }
  check(offsets[count] === layer.end, `${name}: end of the strips`, layer.end, offsets[count])

  function strip(i: number): Uint8Array {
    const start = offsets[i]
    const end = offsets[i + 1]
    if (start === undefined || end === undefined) {
      throw new StrataError('INTERNAL', `${name}: expected a strip from 0 to ${count - 1}, got ${i}`)
    }
    need(bytes, end, `strip ${i} of ${name}`)
    const data = bytes.subarray(start, end)
    if (crc32c(data) !== readField(index, STRIP.checksum, STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES)) {
      throw new StrataError('FORMAT_CHECKSUM', `${name}: strip ${i} is damaged`)
    }
    return data
  }
  return { count, strip }
}

/**
 * Reads a layer that is a picture file, as a view.
 * @throws StrataError CODING_UNKNOWN for a COMPASS layer, FORMAT_TRUNCATED when it is incomplete, FORMAT_CHECKSUM
 *   when it is damaged or belongs to another file
 */
export function readPictureLayer(bytes: Uint8Array, layer: LayerInfo): Uint8Array {
  const name = `layer ${layer.index}`
  if (layer.coding === 'compass') {
    throw new StrataError('CODING_UNKNOWN', `${name}: expected a picture, got coding compass`)
  }
  need(bytes, layer.end, name)
  const picture = bytes.subarray(layer.start, layer.end)
  if (crc32c(picture) === layer.checksum) return picture
  throw new StrataError('FORMAT_CHECKSUM', `${name}: the picture is damaged or of another file`)
}

/** CRC-32C of a strip index, continued from the header's, which binds the index to its file. */
export function stripIndexChecksum(file: Uint8Array, index: Uint8Array): number {
  return crc32c(index, readField(file, HEADER.checksum))
}
