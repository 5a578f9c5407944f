import { createInflate } from 'node:zlib'
import { concat, dataView } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { makeChunk, PNG_SIGNATURE, pngChunks } from './png-chunks.ts'

/** Bytes of the chunks that have one length (PNG third edition §11). What is longer may hold anything. */
const LENGTHS: Readonly<Record<string, number>> = {
  IHDR: 13,
  IEND: 0,
  acTL: 8,
  fcTL: 26,
  gAMA: 4,
  cHRM: 32,
  sRGB: 1,
  cICP: 4,
}
/** Samples of a pixel by colour type (table 12). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
/** First column and row of each pass of Adam7, and the steps to the next (§8.1). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
/** Filters of a row are numbered from 0 (§9.2). */
const LAST_FILTER = 4

/** Rows of one pass, each a byte that names its filter, and its samples. */
interface Pass {
  readonly rowBytes: number
  readonly rows: number
}

/** One picture of a PNG: that of IDAT, or a frame. */
interface CodedPicture {
  readonly passes: readonly Pass[]
  readonly parts: Uint8Array[]
}

type Chunk = ReturnType<typeof pngChunks> extends Generator<infer C> ? C : never

/**
 * The same PNG, every picture in it ending where its pixels do. Decoders pass over what stands behind the end of the zlib
 * stream, in chunks that are too long, and in frames that are not shown.
 * @param file a PNG of the chunks that are wanted
 * @throws StrataError INPUT_CORRUPT where a picture or a frame does not have its pixels, or has more
 */
export async function onlyPixels(file: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = [...pngChunks(file)].filter(
    ({ type, data }) => (LENGTHS[type] ?? data.length) === data.length,
  )
  const pictures = picturesOf(chunks)
  const left = new Map<CodedPicture, number>()
  for (const picture of new Set(pictures.values())) left.set(picture, await zlibBytes(picture))
  const parts: Uint8Array[] = [PNG_SIGNATURE]
  let sequence = 0
  for (const chunk of chunks) {
    const { type, data } = chunk
    const picture = pictures.get(chunk)
    if (picture === undefined) {
      parts.push(type === 'fcTL' ? makeChunk(type, numbered(data, sequence++)) : makeChunk(type, data))
      continue
    }
    const pixels = pixelsOf(chunk).subarray(0, left.get(picture))
    left.set(picture, (left.get(picture) ?? 0) - pixels.length)
    if (pixels.length === 0) continue
    if (type === 'IDAT') parts.push(makeChunk(type, pixels))
    else parts.push(makeChunk(type, numbered(data.subarray(0, 4 + pixels.length), sequence++)))
  }
  return concat(parts)
}

/** The picture of each chunk that holds pixels. @throws StrataError INPUT_CORRUPT */
function picturesOf(chunks: readonly Chunk[]): Map<Chunk, CodedPicture> {
  const header = chunks[0]
  if (header?.type !== 'IHDR') throw corrupt('a header first', header?.type ?? 'nothing')
  const view = dataView(header.data)
  const canvas = { width: view.getUint32(0), height: view.getUint32(4) }
  const found = new Map<Chunk, CodedPicture>()
  const still = { passes: passesOf(header.data, canvas.width, canvas.height), parts: [] }
  let [expected, frames]: [number, CodedPicture[]] = [0, []]
  let isFirst = false
  for (const chunk of chunks) {
    const { type, data } = chunk
    if (type === 'acTL') expected = dataView(data).getUint32(0)
    if (type === 'fcTL') {
      frames = [...frames, frameOf(header.data, data, canvas)]
      // Pixels of the still belong to the frame that is announced before them.
      isFirst = frames.length === 1 && still.parts.length === 0
    }
    if (type !== 'IDAT' && type !== 'fdAT') continue
    const picture = type === 'IDAT' ? still : frames.at(-1)
    if (picture === undefined) throw corrupt('a frame before its pixels', 'none')
    if (type === 'IDAT' && isFirst) frames = [still]
    picture.parts.push(pixelsOf(chunk))
    found.set(chunk, picture)
  }
  const isWhole = frames.length === expected && frames.every(({ parts }) => parts.length > 0)
  if (!isWhole || still.parts.length === 0) throw corrupt(`${expected} frames`, 'another number')
  return found
}

function frameOf(
  header: Uint8Array,
  control: Uint8Array,
  canvas: { width: number; height: number },
): CodedPicture {
  const view = dataView(control)
  const [width, height, left, top] = [4, 8, 12, 16].map((at) => view.getUint32(at)) as [
    number,
    number,
    number,
    number,
  ]
  if (left + width > canvas.width || top + height > canvas.height)
    throw corrupt('frames within the canvas', `one of ${width}x${height} at ${left},${top}`)
  return { passes: passesOf(header, width, height), parts: [] }
}

function passesOf(header: Uint8Array, width: number, height: number): Pass[] {
  const [depth, colour, , , interlace] = header.subarray(8) as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
  ]
  const bits = depth * (SAMPLES[colour] ?? 0)
  if (bits === 0) throw corrupt('a colour type', String(colour))
  const grid = interlace === 0 ? ([[0, 0, 1, 1]] as const) : ADAM7
  const sizes = grid.map(
    ([x, y, right, down]) => [Math.ceil((width - x) / right), Math.ceil((height - y) / down)] as const,
  )
  return sizes
    .filter(([columns, rows]) => columns > 0 && rows > 0)
    .map(([columns, rows]) => ({ rows, rowBytes: 1 + Math.ceil((columns * bits) / 8) }))
}

/** Without the sequence number of a frame's. */
function pixelsOf({ type, data }: Chunk): Uint8Array {
  return type === 'fdAT' ? data.subarray(4) : data
}

function numbered(data: Uint8Array, sequence: number): Uint8Array {
  const copy = data.slice()
  dataView(copy).setUint32(0, sequence)
  return copy
}

/**
 * Decompresses a picture, a piece at a time, and drops what comes.
 * @returns bytes of the zlib stream
 * @throws StrataError INPUT_CORRUPT where it does not hold exactly the picture's rows
 */
async function zlibBytes({ passes, parts }: CodedPicture): Promise<number> {
  const expected = passes.reduce((sum, { rows, rowBytes }) => sum + rows * rowBytes, 0)
  const starts = rowStarts(passes)
  const inflate = createInflate()
  try {
    inflate.end(concat(parts))
    let [received, start] = [0, starts.next()]
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      const end = received + piece.length
      if (end > expected) throw corrupt(`${expected} bytes of rows`, 'more')
      for (; !start.done && start.value < end; start = starts.next()) {
        const filter = piece[start.value - received] ?? 0
        if (filter > LAST_FILTER) throw corrupt(`filters up to ${LAST_FILTER}`, String(filter))
      }
      received = end
    }
    if (received < expected) throw corrupt(`${expected} bytes of rows`, String(received))
    return inflate.bytesWritten
  } catch (cause) {
    if (cause instanceof StrataError) throw cause
    throw new StrataError('INPUT_CORRUPT', 'picture: its pixels cannot be decompressed', { cause })
  } finally {
    inflate.destroy()
  }
}

/** Where each row begins. */
function* rowStarts(passes: readonly Pass[]): Generator<number> {
  let at = 0
  for (const { rows, rowBytes } of passes) {
    for (let row = 0; row < rows; row++, at += rowBytes) yield at
  }
}

function corrupt(expected: string, actual: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `picture: expected ${expected}, got ${actual}`)
}
