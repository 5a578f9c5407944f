import { hex } from '../core/bytes.ts'
import { crc32c } from '../core/crc32c.ts'
import { StrataError } from '../core/errors.ts'
import { layerHeight } from './ladder.ts'
import {
  CODING_COMPASS,
  FIXED_HEADER_BYTES,
  HEADER,
  LAYER,
  LAYER_BYTES,
  MAGIC,
  MAX_HEADER_BYTES,
  MAX_LAYERS,
  MAX_SOURCE_PIXELS,
  MODEL_SET_BYTES,
  MODEL_SET_OFFSET,
  readField,
  SOURCE_HASH_BYTES,
  SOURCE_HASH_OFFSET,
  STRIP,
  STRIP_BYTES,
  STRIP_INDEX,
  STRIP_INDEX_CHECKSUM,
  STRIP_INDEX_HEAD_BYTES,
  stripCount,
  stripIndexBytes,
  VERSION,
} from './layout.ts'
import type { LayerInfo, StrataHeader, StrataSource, StripIndex } from './types.ts'

/**
 * The header's length in bytes, read from the first FIXED_HEADER_BYTES of a file: what a ranged read must fetch before
 * `readHeader`. It checks only the magic, the version and that the lengths agree.
 * @throws StrataError FORMAT_MAGIC, FORMAT_VERSION, FORMAT_TRUNCATED, FORMAT_INVALID
 */
export function headerLength(bytes: Uint8Array): number {
  for (const [i, expected] of MAGIC.entries()) {
    if (i < bytes.length && bytes[i] !== expected) {
      throw new StrataError('FORMAT_MAGIC', 'not a .strata file: the first bytes are those of something else')
    }
  }
  need(bytes, FIXED_HEADER_BYTES, 'the fixed part of the header')
  const version = readField(bytes, HEADER.version)
  if (version !== VERSION) {
    throw new StrataError('FORMAT_VERSION', `.strata version: expected ${VERSION}, got ${version}`)
  }
  const length = readField(bytes, HEADER.headerLength)
  const layerCount = readField(bytes, HEADER.layerCount)
  check(layerCount >= 1 && layerCount <= MAX_LAYERS, 'layer count', `1 to ${MAX_LAYERS}`, layerCount)
  const computed = FIXED_HEADER_BYTES + layerCount * LAYER_BYTES + readField(bytes, HEADER.placeholderLength)
  check(length === computed, 'header length', computed, length)
  check(length <= MAX_HEADER_BYTES, 'header length', `at most ${MAX_HEADER_BYTES}`, length)
  return length
}

/**
 * Reads and checks the whole header. `bytes` is a file, or any prefix of a file that holds the header; it need not hold
 * any layer (see `wholeLayers`). The placeholder is a view into `bytes`.
 * @throws StrataError FORMAT_MAGIC, FORMAT_VERSION, FORMAT_TRUNCATED, FORMAT_CHECKSUM, FORMAT_INVALID, CODING_UNKNOWN
 */
export function readHeader(bytes: Uint8Array): StrataHeader {
  const length = headerLength(bytes)
  need(bytes, length, 'the header')
  const stored = readField(bytes, HEADER.checksum)
  if (headerChecksum(bytes.subarray(0, length)) !== stored) {
    throw new StrataError('FORMAT_CHECKSUM', 'the header is damaged: its checksum does not match')
  }
  // The checksum only shows that the header is unchanged since it was written. Its writer is not trusted either.
  const totalLength = readField(bytes, HEADER.totalLength)
  check(bytes.length <= totalLength, 'file length', `at most the declared ${totalLength} bytes`, bytes.length)
  check(readField(bytes, HEADER.reserved) === 0, HEADER.reserved.name, 0, readField(bytes, HEADER.reserved))
  const source = readSource(bytes)
  const layers = readLayers(bytes, source, length)
  const end = layers.at(-1)?.end
  check(end === totalLength, 'end of the last layer', `the declared total length, ${totalLength}`, end)
  return {
    version: VERSION,
    flags: readField(bytes, HEADER.flags),
    headerLength: length,
    totalLength,
    source,
    modelSet: hex(bytes.subarray(MODEL_SET_OFFSET, MODEL_SET_OFFSET + MODEL_SET_BYTES)),
    layers,
    placeholder: bytes.subarray(FIXED_HEADER_BYTES + layers.length * LAYER_BYTES, length),
  }
}

/** Number of layers, counted from the base, that lie wholly in the first `available` bytes. */
export function wholeLayers(header: StrataHeader, available: number): number {
  return header.layers.filter((layer) => layer.end <= available).length
}

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

/** CRC-32C of a whole header, without the four bytes that hold it. */
export function headerChecksum(header: Uint8Array): number {
  const { offset, bytes } = HEADER.checksum
  return crc32c(header.subarray(offset + bytes), crc32c(header.subarray(0, offset)))
}

/** CRC-32C of a strip index, continued from the header's, which binds the index to its file. */
export function stripIndexChecksum(file: Uint8Array, index: Uint8Array): number {
  return crc32c(index, readField(file, HEADER.checksum))
}

function readSource(bytes: Uint8Array): StrataSource {
  const width = readField(bytes, HEADER.sourceWidth)
  const height = readField(bytes, HEADER.sourceHeight)
  check(width >= 1 && height >= 1, 'source size', 'at least 1x1', `${width}x${height}`)
  check(width * height <= MAX_SOURCE_PIXELS, 'source pixels', `at most ${MAX_SOURCE_PIXELS}`, width * height)
  const sha256 = hex(bytes.subarray(SOURCE_HASH_OFFSET, SOURCE_HASH_OFFSET + SOURCE_HASH_BYTES))
  return { width, height, sha256 }
}

function readLayers(bytes: Uint8Array, source: StrataSource, firstStart: number): LayerInfo[] {
  const layers: LayerInfo[] = []
  const count = readField(bytes, HEADER.layerCount)
  for (let index = 0; index < count; index++) {
    const layer = readLayer(bytes, index)
    checkLayer(layer, layers.at(-1), source, firstStart)
    layers.push(layer)
  }
  return layers
}

function readLayer(bytes: Uint8Array, index: number): LayerInfo {
  const record = FIXED_HEADER_BYTES + index * LAYER_BYTES
  const coding = readField(bytes, LAYER.coding, record)
  if (coding !== CODING_COMPASS) {
    throw new StrataError(
      'CODING_UNKNOWN',
      `layer ${index}: expected coding ${CODING_COMPASS}, got ${coding}`,
    )
  }
  return {
    index,
    width: readField(bytes, LAYER.width, record),
    height: readField(bytes, LAYER.height, record),
    quality: readField(bytes, LAYER.quality, record),
    flags: readField(bytes, LAYER.flags, record),
    score: readField(bytes, LAYER.score, record),
    start: readField(bytes, LAYER.start, record),
    end: readField(bytes, LAYER.end, record),
  }
}

/** Checks that a layer keeps the rules of a ladder (see checkLadder) and follows the layer below without a gap. */
function checkLayer(
  layer: LayerInfo,
  below: LayerInfo | undefined,
  source: StrataSource,
  firstStart: number,
): void {
  const { width, height, quality, score, start, end } = layer
  const name = `layer ${layer.index}`
  check(width >= 1 && width <= source.width, `${name}: width`, `1 to ${source.width}`, width)
  const expected = layerHeight(width, source.width, source.height)
  check(height === expected, `${name}: height`, expected, height)
  check(quality >= 1 && quality <= 100, `${name}: quality`, '1 to 100', quality)
  check(score <= 100, `${name}: score`, 'at most 100', score)
  if (below) {
    check(width >= below.width, `${name}: width`, `at least ${below.width}, that of the layer below`, width)
    check(
      width > below.width || quality > below.quality,
      `${name}: quality`,
      `above ${below.quality}, as the layer below is as wide`,
      quality,
    )
  }
  const expectedStart = below ? below.end : firstStart
  check(start === expectedStart, `${name}: start`, expectedStart, start)
  const least = start + stripIndexBytes(stripCount(height))
  check(end >= least, `${name}: end`, `at least ${least}`, end)
}

function check(holds: boolean, name: string, expected: unknown, actual: unknown): void {
  if (!holds) throw new StrataError('FORMAT_INVALID', `${name}: expected ${expected}, got ${actual}`)
}

function need(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length < length) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `${what} needs ${length} bytes of the file, got ${bytes.length}`,
    )
  }
}
