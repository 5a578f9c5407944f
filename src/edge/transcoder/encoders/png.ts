import { concat } from '../../../core/bytes.ts'
import { encodeChunks, headerChunk } from '../../../pixels/png/chunks.ts'
import { createRowFilter } from '../../../pixels/png/row-filter.ts'
import { checkEncodedSize } from '../limits.ts'
import type { EncodeTarget, PictureEncoder } from './encoder.ts'
import { checkedRows } from './rows.ts'

/** Lossless PNG (8-bit RGB or RGBA), filtered row by row and deflated by the runtime as the rows come. */
export function createPngEncoder(): PictureEncoder {
  async function encode(
    rows: AsyncIterable<Uint8Array>,
    target: EncodeTarget,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkEncodedSize('png', target.width, target.height)
    const data = await deflate(filtered(rows, target))
    return encodeChunks([
      headerChunk(target.width, target.height, target.channels),
      { type: 'IDAT', data },
      { type: 'IEND', data: new Uint8Array(0) },
    ])
  }
  return { format: 'png', encode }
}

async function* filtered(
  rows: AsyncIterable<Uint8Array>,
  target: EncodeTarget,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const filter = createRowFilter(target.width, target.channels ?? 3)
  for await (const chunk of checkedRows(rows, target)) yield filter(chunk)
}

/** The parts as one zlib stream (RFC 1950). Errors as `parts`. */
async function deflate(parts: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new CompressionStream('deflate')
  const collected = collect(readable)
  const writer = writable.getWriter()
  try {
    for await (const part of parts) await writer.write(part)
    await writer.close()
  } catch (error) {
    // Both ends end with the same error; the one that counts is thrown here.
    await Promise.allSettled([writer.abort(error), collected])
    throw error
  }
  return await collected
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(parts)
    parts.push(value)
  }
}
