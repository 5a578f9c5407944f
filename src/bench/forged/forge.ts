import { concat, fromHex } from '../../core/bytes.ts'
import { crc32c } from '../../core/crc32c.ts'
import { CODINGS, holdsPictures, NO_MODEL_SET } from '../../format/coding.ts'
import { layerHeight } from '../../format/ladder.ts'
import { readPictureLayer, readStrips, stripIndexChecksum } from '../../format/layers.ts'
import {
  FIXED_HEADER_BYTES,
  type Field,
  HEADER,
  LAYER,
  LAYER_BYTES,
  LAYER_CHECKSUM,
  MAGIC,
  MODEL_SET_OFFSET,
  SOURCE_HASH_OFFSET,
  STRIP,
  STRIP_BYTES,
  STRIP_INDEX,
  STRIP_INDEX_CHECKSUM,
  STRIP_INDEX_HEAD_BYTES,
  stripIndexBytes,
  VERSION,
  writeField,
} from '../../format/layout.ts'
import { headerChecksum, readHeader } from '../../format/reader.ts'

interface ForgedStrip {
  bytes: Uint8Array
  /** Length in the index, instead of the strip's own. */
  length?: number
}

/** Fields that are set are written unchanged; absent ones are computed as in a valid file. */
export interface ForgedLayer {
  width: number
  height: number
  quality: number
  flags: number
  coding?: number
  score?: number
  start?: number
  end?: number
  stripCount?: number
  indexReserved?: number
  strips: ForgedStrip[]
  /** The file of a picture layer, instead of strips. */
  picture?: Uint8Array
  /** Checksum of the picture, instead of the right one. */
  checksum?: number
}

export interface ForgedFile {
  version?: number
  flags?: number
  headerLength?: number
  totalLength?: number
  reserved?: number
  layerCount?: number
  placeholderLength?: number
  sourceWidth: number
  sourceHeight: number
  sha256: string
  modelSet: string
  placeholder: Uint8Array
  layers: ForgedLayer[]
}

/** Splits a valid file into parts that can be changed. */
export function takeApart(bytes: Uint8Array): ForgedFile {
  const header = readHeader(bytes)
  const { source, modelSet, placeholder, layers } = header
  const arePictures = holdsPictures(header)
  return {
    sourceWidth: source.width,
    sourceHeight: source.height,
    sha256: source.sha256,
    modelSet,
    placeholder,
    layers: layers.map((layer) => {
      const { width, height, quality, flags, score } = layer
      const coding = CODINGS.indexOf(layer.coding)
      if (arePictures) {
        const picture = readPictureLayer(bytes, layer).slice()
        return { width, height, quality, flags, coding, score, strips: [], picture }
      }
      const strips = readStrips(bytes, layer)
      const bytesOf = (_: unknown, i: number) => ({ bytes: strips.strip(i) })
      return { width, height, quality, flags, strips: Array.from({ length: strips.count }, bytesOf) }
    }),
  }
}

/** Declares another size of the source, and consistent sizes of all layers. Their content stays. */
export function declareSize(file: ForgedFile, width: number, height: number): void {
  const scale = width / file.sourceWidth
  file.sourceWidth = width
  file.sourceHeight = height
  for (const layer of file.layers) {
    layer.width = Math.min(Math.max(Math.round(layer.width * scale), 1), width)
    layer.height = layerHeight(layer.width, width, height)
  }
}

/** Writes a file as a hostile writer would: any content under valid checksums, without any check. */
export function putTogether(file: ForgedFile): Uint8Array {
  const header = makeHeader(file)
  const parts = [header]
  for (const layer of file.layers) {
    if (layer.picture) parts.push(layer.picture)
    else parts.push(makeStripIndex(header, layer), ...layer.strips.map(({ bytes }) => bytes))
  }
  return concat(parts)
}

function makeHeader(file: ForgedFile): Uint8Array {
  const { layers, placeholder } = file
  const checksums = FIXED_HEADER_BYTES + layers.length * LAYER_BYTES
  const tableEnd = checksums + (file.modelSet === NO_MODEL_SET ? layers.length * LAYER_CHECKSUM.bytes : 0)
  const header = new Uint8Array(tableEnd + placeholder.length)
  header.set(MAGIC)
  header.set(fromHex(file.sha256), SOURCE_HASH_OFFSET)
  header.set(fromHex(file.modelSet), MODEL_SET_OFFSET)
  header.set(placeholder, tableEnd)
  put(header, HEADER.version, file.version ?? VERSION)
  put(header, HEADER.flags, file.flags ?? 0)
  put(header, HEADER.headerLength, file.headerLength ?? header.length)
  put(header, HEADER.sourceWidth, file.sourceWidth)
  put(header, HEADER.sourceHeight, file.sourceHeight)
  put(header, HEADER.layerCount, file.layerCount ?? layers.length)
  put(header, HEADER.reserved, file.reserved ?? 0)
  put(header, HEADER.placeholderLength, file.placeholderLength ?? placeholder.length)
  let start = header.length
  layers.forEach((layer, index) => {
    const record = FIXED_HEADER_BYTES + index * LAYER_BYTES
    const length = bodyLength(layer)
    put(header, LAYER.width, layer.width, record)
    put(header, LAYER.height, layer.height, record)
    put(header, LAYER.quality, layer.quality, record)
    put(header, LAYER.flags, layer.flags, record)
    put(header, LAYER.coding, layer.coding ?? 0, record)
    put(header, LAYER.score, layer.score ?? 0, record)
    put(header, LAYER.start, layer.start ?? start, record)
    put(header, LAYER.end, layer.end ?? start + length, record)
    if (tableEnd > checksums) {
      const checksum = layer.checksum ?? crc32c(layer.picture ?? new Uint8Array(0))
      put(header, LAYER_CHECKSUM, checksum, checksums + index * LAYER_CHECKSUM.bytes)
    }
    start += length
  })
  put(header, HEADER.totalLength, file.totalLength ?? start)
  put(header, HEADER.checksum, headerChecksum(header))
  return header
}

function bodyLength({ picture, strips }: ForgedLayer): number {
  if (picture) return picture.length
  return strips.reduce((sum, { bytes }) => sum + bytes.length, stripIndexBytes(strips.length))
}

function makeStripIndex(header: Uint8Array, layer: ForgedLayer): Uint8Array {
  const { strips } = layer
  const index = new Uint8Array(stripIndexBytes(strips.length))
  const checksumAt = index.length - STRIP_INDEX_CHECKSUM.bytes
  put(index, STRIP_INDEX.count, layer.stripCount ?? strips.length)
  put(index, STRIP_INDEX.reserved, layer.indexReserved ?? 0)
  strips.forEach(({ bytes, length }, i) => {
    const record = STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES
    put(index, STRIP.length, length ?? bytes.length, record)
    put(index, STRIP.checksum, crc32c(bytes), record)
  })
  const checksum = stripIndexChecksum(header, index.subarray(0, checksumAt))
  put(index, STRIP_INDEX_CHECKSUM, checksum, checksumAt)
  return index
}

/** Writes the low bits of any number into a field. */
function put(bytes: Uint8Array, field: Field, value: number, record = 0): void {
  writeField(bytes, field, value % 2 ** (8 * field.bytes), record)
}
