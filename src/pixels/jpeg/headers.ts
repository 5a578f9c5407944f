import { concat } from '../../core/bytes.ts'
import { type HuffmanSpec, ZIGZAG } from './tables.ts'
import type { JpegLayout, JpegSegment, JpegTables } from './types.ts'

const SOI = Uint8Array.of(0xff, 0xd8)
export const EOI: Uint8Array = Uint8Array.of(0xff, 0xd9)

const APP0 = 0xe0
const DQT = 0xdb
const SOF0 = 0xc0
const DHT = 0xc4
const SOS = 0xda

/** JFIF 1.01 with square pixels and no thumbnail. */
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]

/** All segments in front of the entropy-coded segment. */
export function jpegHeader(
  layout: JpegLayout,
  tables: JpegTables,
  huffman: readonly HuffmanSpec[],
  segments: readonly JpegSegment[],
): Uint8Array {
  return concat([
    SOI,
    segment(APP0, JFIF),
    ...segments.map(({ marker, data }) => segment(marker, data)),
    segment(
      DQT,
      tables.flatMap((table, i) => [i, ...Array.from(ZIGZAG, (natural) => table[natural]!)]),
    ),
    segment(SOF0, frame(layout)),
    segment(
      DHT,
      huffman.flatMap(({ counts, symbols }, i) => [huffmanId(i), ...counts, ...symbols]),
    ),
    // Three components, tables 0 or 1 for DC and AC, spectral selection 0..63, no successive approximation.
    segment(SOS, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
  ])
}

function frame({ width, height, subsampling }: JpegLayout): number[] {
  const lumaSampling = subsampling === '420' ? 0x22 : 0x11
  return [
    8,
    height >> 8,
    height & 0xff,
    width >> 8,
    width & 0xff,
    3,
    ...[1, lumaSampling, 0],
    ...[2, 0x11, 1],
    ...[3, 0x11, 1],
  ]
}

/** Table id of token class `i`: class in the high nibble (0 DC, 1 AC), destination in the low nibble. */
function huffmanId(i: number): number {
  return ((i & 1) << 4) | (i >> 1)
}

function segment(marker: number, data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + data.length)
  const length = 2 + data.length
  bytes.set([0xff, marker, length >> 8, length & 0xff])
  bytes.set(data, 4)
  return bytes
}
