import { deflateSync } from 'node:zlib'
import { concat, dataView } from '../../core/bytes.ts'
import { crc32 } from '../../core/crc32.ts'
import type { Random } from '../random.ts'

/** Sizes that a hostile picture declares, and that its decoder would have to hold. */
const SIDES = [
  4097,
  8192,
  10_000,
  16_383,
  16_384,
  32_767,
  65_535,
  2 ** 24 - 1,
  2 ** 31 - 1,
  2 ** 32 - 1,
] as const

/** Makes a small picture declare a huge size. Formats that it does not know stay unchanged. */
export function inflated(random: Random, picture: Uint8Array): Uint8Array {
  const copy = picture.slice()
  const [width, height] = [random.pick(SIDES), random.chance(0.7) ? random.pick(SIDES) : 1]
  inflateWebp(copy, width, height, random)
  inflateAvif(copy, width, height)
  inflatePng(copy, width, height)
  return copy
}

/** The canvas of an extended WebP, the size of a lossless or lossy picture in it, or of a frame (RFC 9649 §2). */
function inflateWebp(copy: Uint8Array, width: number, height: number, random: Random): void {
  const view = dataView(copy)
  const least = (value: number, bits: number) => (Math.min(value, 2 ** bits) - 1) & (2 ** bits - 1)
  const sizes: Readonly<Record<string, (at: number) => void>> = {
    VP8X: (at) => writeCanvas(at + 12),
    ANMF: (at) => writeCanvas(at + 14),
    VP8L: (at) => view.setUint32(at + 9, (least(width, 14) | (least(height, 14) << 14)) >>> 0, true),
    'VP8 '(at) {
      view.setUint16(at + 14, width & 0x3fff, true)
      view.setUint16(at + 16, height & 0x3fff, true)
    },
  }
  function writeCanvas(at: number): void {
    for (const [i, side] of [width, height].entries()) {
      for (let byte = 0; byte < 3; byte++)
        view.setUint8(at + 3 * i + byte, (least(side, 24) >> (8 * byte)) & 255)
    }
  }
  for (const [letters, write] of Object.entries(sizes)) {
    for (const at of findAll(copy, letters)) if (at + 24 <= copy.length && random.chance(0.7)) write(at)
  }
}

/** The box `ispe` (ISO/IEC 23008-12 §6.5.3). */
function inflateAvif(copy: Uint8Array, width: number, height: number): void {
  for (const at of findAll(copy, 'ispe')) {
    if (at + 16 > copy.length) continue
    dataView(copy).setUint32(at + 8, width)
    dataView(copy).setUint32(at + 12, height)
  }
}

/** Changes IHDR (PNG, 11.2.1) and its checksum. */
function inflatePng(copy: Uint8Array, width: number, height: number): void {
  const [at] = findAll(copy, 'IHDR')
  if (at === undefined || at + 21 > copy.length) return
  const view = dataView(copy)
  view.setUint32(at + 4, width)
  view.setUint32(at + 8, height)
  view.setUint32(at + 17, crc32(copy.subarray(at, at + 17)))
}

/** A PNG of empty rows, more or fewer than it declares. */
export function emptyPng(random: Random): Uint8Array {
  const [width, height] = [random.pick([1, 24, 48, 5000, 20_000]), random.pick([1, 16, 32, 5000, 20_000])]
  const colour = random.pick([0, 2, 3, 4, 6, 7])
  const [depth, interlaced] = [random.pick([1, 8, 16]), random.chance(0.5)]
  const data = deflateSync(new Uint8Array(random.pick([0, 100, 100_000, 4_000_000])))
  const palette = colour === 3 ? random.bytes(random.pick([3, 6, 7, 768, 771])) : undefined
  return pngOf(width, height, { data, depth, colour, interlaced, palette })
}

interface PngContent {
  /** The compressed rows. */
  readonly data: Uint8Array
  /** @default 8 */
  readonly depth?: number
  /** @default 6: R, G, B, A */
  readonly colour?: number
  readonly interlaced?: boolean
  readonly palette?: Uint8Array | undefined
}

/** A PNG with these declarations. */
export function pngOf(
  width: number,
  height: number,
  { data, depth = 8, colour = 6, interlaced = false, palette }: PngContent,
): Uint8Array {
  const header = new Uint8Array(13)
  dataView(header).setUint32(0, width)
  dataView(header).setUint32(4, height)
  header.set([depth, colour, 0, 0, Number(interlaced)], 8)
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const parts = [
    pngChunk('IHDR', header),
    ...(palette ? [pngChunk('PLTE', palette)] : []),
    pngChunk('IDAT', data),
  ]
  return concat([signature, ...parts, pngChunk('IEND', new Uint8Array(0))])
}

/** A chunk with its right checksum (PNG, 5.3). */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = dataView(bytes)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

/** Where four letters begin. */
export function findAll(bytes: Uint8Array, letters: string): number[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const found: number[] = []
  for (
    let at = buffer.indexOf(letters, 0, 'latin1');
    at >= 0;
    at = buffer.indexOf(letters, at + 1, 'latin1')
  ) {
    found.push(at)
  }
  return found
}
