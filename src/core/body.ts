import { concat } from './bytes.ts'

/**
 * Reads a whole body of at most `limit` bytes. It counts the bytes as they arrive, because a declared length may be
 * wrong.
 * @returns undefined when the body is longer
 */
export async function readAtMost(
  body: Uint8Array | ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array(0)
  if (body instanceof Uint8Array) return body.length > limit ? undefined : body
  const parts: Uint8Array[] = []
  const reader = body.getReader()
  let total = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(parts)
    total += value.length
    if (total > limit) {
      await reader.cancel('too large')
      return undefined
    }
    parts.push(value)
  }
}
