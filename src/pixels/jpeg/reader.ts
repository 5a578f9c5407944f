import { StrataError } from '../../core/errors.ts'
import { MAX_SOURCE_PIXELS } from '../../core/limits/table.ts'
import type { JpegCoefficients } from './coefficients.ts'
import { jpegLayout } from './layout.ts'
import { readScan } from './scan-reader.ts'
import { type HuffmanSpec, ZIGZAG } from './tables.ts'
import type { JpegLayout, JpegSegment, JpegTables } from './types.ts'

const SOI = 0xd8
const EOI = 0xd9
const SOF0 = 0xc0
const DHT = 0xc4
const DQT = 0xdb
const SOS = 0xda
const DRI = 0xdd

/** SOS of three components, tables 0 or 1, spectral selection 0..63, no successive approximation. */
const ALL_AT_ONCE = '3,1,0,2,17,3,17,0,63,0'

/** A JPEG read as far as its quantized coefficients. */
export interface JpegFile {
  readonly coefficients: JpegCoefficients
  /** Luma and chroma, natural order. */
  readonly tables: JpegTables
}

/** Whether these bytes begin like a JPEG. */
export function isJpeg(file: Uint8Array): boolean {
  return file[0] === 0xff && file[1] === SOI
}

/**
 * Lists the marker segments in front of the first scan, SOS included. Their data are views of the file.
 * @throws StrataError INPUT_CORRUPT when the file is no JPEG or ends inside these segments
 */
export function jpegSegments(file: Uint8Array): JpegSegment[] {
  if (!isJpeg(file)) throw corrupt('a JPEG')
  const segments: JpegSegment[] = []
  for (let at = 2; ; ) {
    // Any number of 0xff may stand in front of a marker (T.81 B.1.1.2).
    while (file[at] === 0xff && file[at + 1] === 0xff) at++
    const marker = file[at + 1]
    const length = (file[at + 2]! << 8) | file[at + 3]!
    if (file[at] !== 0xff || marker === undefined || marker === EOI) throw corrupt('a marker segment')
    if (!(length >= 2) || at + 2 + length > file.length) throw corrupt('a whole marker segment')
    segments.push({ marker, data: file.subarray(at + 4, at + 2 + length) })
    at += 2 + length
    if (marker === SOS) return segments
  }
}

/**
 * Reads the JPEGs of src/pixels/jpeg/writer.ts and lossless rewrites of them: baseline, 8 bits, YCbCr as 4:4:4 or 4:2:0,
 * one interleaved scan without restart intervals.
 *
 * @param maxPixels largest picture accepted, checked before memory is allocated
 * @throws StrataError INPUT_UNSUPPORTED for other JPEGs, INPUT_CORRUPT for damaged ones, INPUT_TOO_LARGE
 */
export function readJpeg(file: Uint8Array, maxPixels: number = MAX_SOURCE_PIXELS): JpegFile {
  const segments = jpegSegments(file)
  const one = (marker: number): Uint8Array => {
    const matching = segments.filter((segment) => segment.marker === marker)
    if (matching.length !== 1) throw unsupported(`one segment 0x${marker.toString(16)}`, matching.length)
    return matching[0]!.data
  }
  if (segments.some(({ marker, data }) => marker === DRI && (data[0] !== 0 || data[1] !== 0))) {
    throw unsupported('no restart intervals', 'some')
  }
  const layout = readFrame(one(SOF0))
  if (layout.width * layout.height > maxPixels) {
    const size = `${layout.width} x ${layout.height}`
    throw new StrataError('INPUT_TOO_LARGE', `JPEG: expected at most ${maxPixels} pixels, got ${size}`)
  }
  const scan = one(SOS)
  const parameters = scan.join(',')
  if (parameters !== ALL_AT_ONCE) throw unsupported('one scan of Y, Cb and Cr', parameters)
  const data = (marker: number) => segments.filter((s) => s.marker === marker).map((s) => s.data)
  const tables = readTables(data(DQT))
  const huffman = readHuffman(data(DHT))
  const start = scan.byteOffset - file.byteOffset + scan.length
  return { coefficients: { layout, scan: readScan(file.subarray(start), layout, huffman) }, tables }
}

function readFrame(frame: Uint8Array): JpegLayout {
  const [bits, h1, h0, w1, w0, components, ...rest] = frame
  if (bits !== 8 || components !== 3 || rest.length !== 9) throw unsupported('3 components of 8 bits', bits)
  const shape = rest.join(',')
  const is420 = shape === '1,34,0,2,17,1,3,17,1'
  if (!is420 && shape !== '1,17,0,2,17,1,3,17,1') throw unsupported('4:4:4 or 4:2:0', shape)
  const [width, height] = [(w1! << 8) | w0!, (h1! << 8) | h0!]
  if (width === 0 || height === 0) throw corrupt('a size')
  return jpegLayout(width, height, is420 ? '420' : '444')
}

function readTables(segments: readonly Uint8Array[]): JpegTables {
  const tables: Uint16Array[] = []
  for (const data of segments) {
    for (let at = 0; at < data.length; at += 65) {
      const id = data[at]!
      if (id > 3) throw unsupported('8-bit quantization tables', id)
      if (at + 65 > data.length) throw corrupt('64 quantization steps')
      const table = new Uint16Array(64)
      for (let i = 0; i < 64; i++) table[ZIGZAG[i]!] = data[at + 1 + i]!
      if (table.includes(0)) throw corrupt('quantization steps above 0')
      tables[id] = table
    }
  }
  const [luma, chroma] = tables
  if (!luma || !chroma) throw corrupt('two quantization tables')
  return [luma, chroma]
}

/** Huffman tables by token class: luma DC, luma AC, chroma DC, chroma AC. */
function readHuffman(segments: readonly Uint8Array[]): HuffmanSpec[] {
  const specs: HuffmanSpec[] = []
  for (const data of segments) {
    for (let at = 0; at < data.length; ) {
      const id = data[at]!
      const counts = [...data.subarray(at + 1, at + 17)]
      const total = counts.reduce((sum, count) => sum + count, 0)
      const symbols = [...data.subarray(at + 17, at + 17 + total)]
      if (counts.length < 16 || symbols.length < total || (id & 0xee) !== 0) throw corrupt('a Huffman table')
      specs[((id & 1) << 1) | (id >> 4)] = { counts, symbols }
      at += 17 + total
    }
  }
  const all = [0, 1, 2, 3].map((table) => specs[table])
  if (!all.every((spec) => spec !== undefined)) throw corrupt('four Huffman tables')
  return all as HuffmanSpec[]
}

function corrupt(expected: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `JPEG: expected ${expected}`)
}

function unsupported(expected: string, actual: unknown): StrataError {
  return new StrataError('INPUT_UNSUPPORTED', `JPEG: expected ${expected}, got ${actual}`)
}
