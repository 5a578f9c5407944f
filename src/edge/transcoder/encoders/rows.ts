import { throwIfAborted } from '../../../core/abort.ts'
import { StrataError } from '../../../core/errors.ts'
import type { EncodeTarget } from './encoder.ts'

/**
 * The same chunks, as many rows as the picture has.
 * @throws StrataError INTERNAL for part of a row, too many rows or too few; ABORTED; whatever `rows` throws
 */
export async function* checkedRows(
  rows: AsyncIterable<Uint8Array>,
  { width, height, channels = 3, signal }: EncodeTarget,
): AsyncGenerator<Uint8Array> {
  const rowBytes = channels * width
  let received = 0
  throwIfAborted(signal)
  for await (const chunk of rows) {
    throwIfAborted(signal)
    const count = chunk.length / rowBytes
    received += count
    if (!Number.isInteger(count) || received > height) {
      const expected = `whole rows of ${rowBytes} bytes, ${height} in all`
      throw new StrataError('INTERNAL', `rows: expected ${expected}, got ${chunk.length} more bytes`)
    }
    yield chunk
  }
  throwIfAborted(signal)
  if (received < height) throw new StrataError('INTERNAL', `rows: expected ${height}, got ${received}`)
}

/** Collects a picture as interleaved R, G, B, A; A is 255 where the rows have none. Errors as checkedRows. */
export async function collectRgba(
  rows: AsyncIterable<Uint8Array>,
  target: EncodeTarget,
): Promise<Uint8Array> {
  const rgba = new Uint8Array(4 * target.width * target.height).fill(255)
  let to = 0
  for await (const chunk of checkedRows(rows, target)) {
    if (target.channels === 4) {
      rgba.set(chunk, to)
      to += chunk.length
      continue
    }
    for (let from = 0; from < chunk.length; from += 3, to += 4) {
      rgba[to] = chunk[from]!
      rgba[to + 1] = chunk[from + 1]!
      rgba[to + 2] = chunk[from + 2]!
    }
  }
  return rgba
}

/** Collects a picture as it comes: interleaved R, G, B. Errors as checkedRows. */
export async function collectRgb(rows: AsyncIterable<Uint8Array>, target: EncodeTarget): Promise<Uint8Array> {
  const rgb = new Uint8Array(3 * target.width * target.height)
  let to = 0
  for await (const chunk of checkedRows(rows, target)) {
    rgb.set(chunk, to)
    to += chunk.length
  }
  return rgb
}
