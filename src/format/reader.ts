import { hex } from '../core/bytes.ts'
import { crc32c } from '../core/crc32c.ts'
import { StrataError } from '../core/errors.ts'
import { MAX_LAYERS, MAX_SOURCE_PIXELS } from '../core/limits/table.ts'
import { check, need } from './checks.ts'
import { CODINGS, LAYER_HAS_ALPHA, LAYER_IS_LOSSLESS } from './coding.ts'
import { layerHeight } from './ladder.ts'
import {
  FIXED_HEADER_BYTES,
  HEADER,
  LAYER,
  LAYER_BYTES,
  LAYER_CHECKSUM,
  MAGIC,
  MAX_HEADER_BYTES,
  MODEL_SET_BYTES,
  MODEL_SET_OFFSET,
  readField,
  SOURCE_HASH_BYTES,
  SOURCE_HASH_OFFSET,
  stripCount,
  stripIndexBytes,
  VERSION,
} from './layout.ts'
import type { LayerInfo, StrataHeader, StrataSource } from './types.ts'

/** Whether bytes begin with the signature of a .strata file, of any version. */
export function isStrata(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte)
}

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
  const entryBytes = LAYER_BYTES + (namesModels(bytes) ? 0 : LAYER_CHECKSUM.bytes)
  const computed = FIXED_HEADER_BYTES + layerCount * entryBytes + readField(bytes, HEADER.placeholderLength)
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
    placeholder: bytes.subarray(length - readField(bytes, HEADER.placeholderLength), length),
  }
}

/** Number of layers, counted from the base, that lie wholly in the first `available` bytes. */
export function wholeLayers(header: StrataHeader, available: number): number {
  return header.layers.filter((layer) => layer.end <= available).length
}

/** CRC-32C of a whole header, without the four bytes that hold it. */
export function headerChecksum(header: Uint8Array): number {
  const { offset, bytes } = HEADER.checksum
  return crc32c(header.subarray(offset + bytes), crc32c(header.subarray(0, offset)))
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
    checkCoding(layer, namesModels(bytes))
    checkLayer(layer, layers.at(-1), source, firstStart)
    layers.push(layer)
  }
  return layers
}

function readLayer(bytes: Uint8Array, index: number): LayerInfo {
  const record = FIXED_HEADER_BYTES + index * LAYER_BYTES
  const number = readField(bytes, LAYER.coding, record)
  const coding = CODINGS[number]
  if (coding === undefined) {
    const message = `layer ${index}: expected a coding from 0 to ${CODINGS.length - 1}, got ${number}`
    throw new StrataError('CODING_UNKNOWN', message)
  }
  const tableEnd = FIXED_HEADER_BYTES + readField(bytes, HEADER.layerCount) * LAYER_BYTES
  const checksumAt = tableEnd + index * LAYER_CHECKSUM.bytes
  return {
    index,
    coding,
    checksum: namesModels(bytes) ? 0 : readField(bytes, LAYER_CHECKSUM, checksumAt),
    width: readField(bytes, LAYER.width, record),
    height: readField(bytes, LAYER.height, record),
    quality: readField(bytes, LAYER.quality, record),
    flags: readField(bytes, LAYER.flags, record),
    score: readField(bytes, LAYER.score, record),
    start: readField(bytes, LAYER.start, record),
    end: readField(bytes, LAYER.end, record),
  }
}

/**
 * Checks that a file with a model set has only COMPASS layers, that one without it has none, and that picture layers
 * have only known flags.
 */
function checkCoding({ index, coding, flags, quality }: LayerInfo, hasModels: boolean): void {
  const name = `layer ${index}`
  const isCompass = coding === 'compass'
  const expected = hasModels
    ? 'compass, as the file names a model set'
    : 'a picture, as the file names no model set'
  check(isCompass === hasModels, `${name}: coding`, expected, coding)
  if (isCompass) return
  const known = LAYER_HAS_ALPHA | LAYER_IS_LOSSLESS
  check((flags & ~known) === 0, `${name}: flags`, `bits of ${known}`, flags)
  const isFull = (flags & LAYER_IS_LOSSLESS) === 0 || quality === 100
  check(isFull, `${name}: quality`, '100, as the layer is lossless', quality)
}

/** Whether the fixed header names a model set, so that the layers are of COMPASS. */
function namesModels(bytes: Uint8Array): boolean {
  return bytes.subarray(MODEL_SET_OFFSET, MODEL_SET_OFFSET + MODEL_SET_BYTES).some((byte) => byte !== 0)
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
  const least = start + (layer.coding === 'compass' ? stripIndexBytes(stripCount(height)) : 1)
  check(end >= least, `${name}: end`, `at least ${least}`, end)
}
