import { createInflate } from 'node:zlib'
import { concat, dataView } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { encodeChunk, SIGNATURE } from '../../pixels/png/chunks.ts'
import { type Pass, type PngHeader, passesOf, readPngHeader } from '../../pixels/png/passes.ts'
import { pngChunks } from './png-chunks.ts'

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
/** Filters of a row are numbered from 0 (§9.2). */
const LAST_FILTER = 4

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
  const parts: Uint8Array[] = [SIGNATURE]
  let sequence = 0
  for (const chunk of chunks) {
    const { type, data } = chunk
    const picture = pictures.get(chunk)
    if (picture === undefined) {
      parts.push(encodeChunk({ type, data: type === 'fcTL' ? numbered(data, sequence++) : data }))
      continue
    }
    const pixels = pixelsOf(chunk).subarray(0, left.get(picture))
    left.set(picture, (left.get(picture) ?? 0) - pixels.length)
    if (pixels.length === 0) continue
    if (type === 'IDAT') parts.push(encodeChunk({ type, data: pixels }))
    else parts.push(encodeChunk({ type, data: numbered(data.subarray(0, 4 + pixels.length), sequence++) }))
  }
  return concat(parts)
}

/** The picture of each chunk that holds pixels. @throws StrataError INPUT_CORRUPT */
function picturesOf(chunks: readonly Chunk[]): Map<Chunk, CodedPicture> {
  const [first] = chunks
  if (first?.type !== 'IHDR') throw corrupt('a header first', first?.type ?? 'nothing')
  const header = readPngHeader(first.data)
  const found = new Map<Chunk, CodedPicture>()
  const still = { passes: passesOf(header), parts: [] }
  let [expected, frames]: [number, CodedPicture[]] = [0, []]
  let isFirst = false
  for (const chunk of chunks) {
    const { type, data } = chunk
    if (type === 'acTL') expected = dataView(data).getUint32(0)
    if (type === 'fcTL') {
      frames = [...frames, frameOf(header, data)]
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

function frameOf(header: PngHeader, control: Uint8Array): CodedPicture {
  const view = dataView(control)
  const [width, height] = [view.getUint32(4), view.getUint32(8)]
  const [left, top] = [view.getUint32(12), view.getUint32(16)]
  if (left + width > header.width || top + height > header.height)
    throw corrupt('frames within the canvas', `one of ${width}x${height} at ${left},${top}`)
  return { passes: passesOf({ ...header, width, height }), parts: [] }
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
  const expected = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0)
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
    for (let row = 0; row < rows; row++, at += 1 + rowBytes) yield at
  }
}

function corrupt(expected: string, actual: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `picture: expected ${expected}, got ${actual}`)
}
