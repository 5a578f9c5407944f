import { concat, fromHex } from '../core/bytes.ts'
import { crc32c } from '../core/crc32c.ts'
import { StrataError } from '../core/errors.ts'
import { CODINGS, NO_MODEL_SET } from './coding.ts'
import { stripIndexChecksum } from './layers.ts'
import {
  FIXED_HEADER_BYTES,
  HEADER,
  LAYER,
  LAYER_BYTES,
  LAYER_CHECKSUM,
  MAGIC,
  MODEL_SET_BYTES,
  MODEL_SET_OFFSET,
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
  writeField,
} from './layout.ts'
import { headerChecksum, readHeader } from './reader.ts'
import type { LayerPayload, PicturePayload, StrataSource } from './types.ts'

interface FileParts<Layer> {
  readonly source: StrataSource
  /** From the base up. */
  readonly layers: readonly Layer[]
  readonly placeholder?: Uint8Array | undefined
  readonly flags?: number
}

/** A file of COMPASS layers. */
export interface StrataFile extends FileParts<LayerPayload> {
  readonly modelSet: string
}

/** A file whose layers are picture files. */
type PictureFile = FileParts<PicturePayload>

/**
 * Writes the file as bytes, and reads them back with the reader before it returns them. The rules of the format thus
 * stand in one place, the reader, and no file can be written that a reader would refuse.
 * @throws StrataError FORMAT_INVALID when the parts break a rule of the format
 */
export function writeStrata(file: StrataFile): Uint8Array {
  const header = makeHeader(file, file.modelSet)
  const parts = [header]
  for (const [index, layer] of file.layers.entries()) {
    parts.push(makeStripIndex(header, layer, index), ...layer.strips)
  }
  return readBack(concat(parts))
}

/** Writes a file whose layers are picture files, as writeStrata. @throws StrataError FORMAT_INVALID */
export function writePictures(file: PictureFile): Uint8Array {
  return readBack(concat([makeHeader(file, NO_MODEL_SET), ...file.layers.map(({ picture }) => picture)]))
}

function readBack(bytes: Uint8Array): Uint8Array {
  readHeader(bytes)
  return bytes
}

function makeHeader(file: FileParts<LayerPayload | PicturePayload>, modelSet: string): Uint8Array {
  const { source, layers } = file
  const placeholder = file.placeholder ?? new Uint8Array(0)
  const checksums = FIXED_HEADER_BYTES + layers.length * LAYER_BYTES
  const tableEnd = checksums + (modelSet === NO_MODEL_SET ? layers.length * LAYER_CHECKSUM.bytes : 0)
  const header = new Uint8Array(tableEnd + placeholder.length)
  header.set(MAGIC)
  header.set(digest('source sha256', source.sha256, SOURCE_HASH_BYTES), SOURCE_HASH_OFFSET)
  header.set(digest('model set', modelSet, MODEL_SET_BYTES), MODEL_SET_OFFSET)
  header.set(placeholder, tableEnd)
  writeField(header, HEADER.version, VERSION)
  writeField(header, HEADER.flags, file.flags ?? 0)
  writeField(header, HEADER.headerLength, header.length)
  writeField(header, HEADER.sourceWidth, source.width)
  writeField(header, HEADER.sourceHeight, source.height)
  writeField(header, HEADER.layerCount, layers.length)
  writeField(header, HEADER.placeholderLength, placeholder.length)
  let start = header.length
  for (const [index, layer] of layers.entries()) {
    const record = FIXED_HEADER_BYTES + index * LAYER_BYTES
    const end = start + bodyLength(layer)
    writeField(header, LAYER.width, layer.width, record)
    writeField(header, LAYER.height, layer.height, record)
    writeField(header, LAYER.quality, layer.quality, record)
    writeField(header, LAYER.flags, layer.flags ?? 0, record)
    writeField(header, LAYER.coding, 'picture' in layer ? CODINGS.indexOf(layer.coding) : 0, record)
    writeField(header, LAYER.score, layer.score ?? 0, record)
    writeField(header, LAYER.start, start, record)
    writeField(header, LAYER.end, end, record)
    if ('picture' in layer) {
      writeField(header, LAYER_CHECKSUM, crc32c(layer.picture), checksums + index * LAYER_CHECKSUM.bytes)
    }
    start = end
  }
  writeField(header, HEADER.totalLength, start)
  writeField(header, HEADER.checksum, headerChecksum(header))
  return header
}

function bodyLength(layer: LayerPayload | PicturePayload): number {
  if ('picture' in layer) return layer.picture.length
  return layer.strips.reduce((sum, strip) => sum + strip.length, stripIndexBytes(layer.strips.length))
}

function makeStripIndex(header: Uint8Array, layer: LayerPayload, number: number): Uint8Array {
  const { strips } = layer
  if (strips.length !== stripCount(layer.height)) {
    const expected = stripCount(layer.height)
    throw new StrataError(
      'FORMAT_INVALID',
      `layer ${number}: expected ${expected} strips, got ${strips.length}`,
    )
  }
  const index = new Uint8Array(stripIndexBytes(strips.length))
  const checksumAt = index.length - STRIP_INDEX_CHECKSUM.bytes
  writeField(index, STRIP_INDEX.count, strips.length)
  for (const [i, strip] of strips.entries()) {
    const record = STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES
    writeField(index, STRIP.length, strip.length, record)
    writeField(index, STRIP.checksum, crc32c(strip), record)
  }
  const checksum = stripIndexChecksum(header, index.subarray(0, checksumAt))
  writeField(index, STRIP_INDEX_CHECKSUM, checksum, checksumAt)
  return index
}

function digest(name: string, text: string, length: number): Uint8Array {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new StrataError('FORMAT_INVALID', `${name}: expected ${2 * length} lower-case hexadecimal digits`)
  }
  return fromHex(text)
}
