import { hex } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import type { SizedUpload } from '../sources/upload-body.ts'
import { fixedLengthStream, sha256Stream } from '../sources/upload-streams.ts'
import type { ImageStore } from '../store/store.ts'

/** Bytes after which an upload lets others go on: a bucket that takes all at once would leave them no time to be answered. */
const STEP_BYTES = 1024 * 1024

/**
 * Streams the original into the bucket and hashes it on the way, so that this holds no more than a chunk of it.
 * @param onStep called now and then while it goes on
 * @throws StrataError ABORTED (or what `upload.cutOff` says), STORAGE_FAILED
 */
export async function storeOriginal(
  id: string,
  token: string,
  upload: SizedUpload,
  store: ImageStore,
  onStep: () => void,
): Promise<{ readonly original: string; readonly sha256: string }> {
  const hashing = sha256Stream()
  const { readable, writable } = fixedLengthStream(upload.length)
  hashing.digest.catch(() => undefined) // the writes report a failure
  const storing = store.putOriginal(
    id,
    token,
    { stream: readable, length: upload.length },
    upload.contentType,
  )
  // A bucket that refuses stops reading, and then a write to it would never end: `refused` ends it.
  const refused = storing.then(() => new Promise<never>(() => {}))
  refused.catch(() => undefined) // `storing` reports it as well
  const [sent, put] = await Promise.allSettled([pump(upload, hashing, writable, refused, onStep), storing])
  if (sent.status === 'rejected' && sent.reason instanceof StrataError) throw sent.reason
  if (put.status === 'rejected') throw put.reason
  if (sent.status === 'rejected') throw new StrataError('STORAGE_FAILED', 'the upload could not be stored')
  return { original: put.value, sha256: hex(new Uint8Array(await hashing.digest)) }
}

/**
 * Copies the body into the digest and the bucket, a chunk at a time: both are done with one before its buffer is filled again.
 * @throws StrataError ABORTED (or `cutOff`) when the body is not as long as declared; whatever `writable` and
 * `refused` throw
 */
async function pump(
  { chunks, length, cutOff }: SizedUpload,
  hashing: WritableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  refused: Promise<never>,
  onStep: () => void,
): Promise<void> {
  function ended(received: number, cause?: unknown): StrataError {
    // What came of the chunk that was being read is not known.
    const short =
      cause === undefined ? `it ended after ${received}` : `it broke off after ${received} or more`
    const came = received > length ? 'more came' : short
    const message = `body: expected ${length} bytes as declared, ${came}`
    return new StrataError(cutOff ?? 'ABORTED', message, { cause })
  }
  const [hashed, stored] = [hashing.getWriter(), writable.getWriter()]
  // The writes report a failure as well.
  for (const writer of [hashed, stored]) writer.closed.catch(() => undefined)
  try {
    let [received, step] = [0, STEP_BYTES]
    for (;;) {
      const bytes = await chunks.next().catch((cause) => Promise.reject(ended(received, cause)))
      if (bytes === undefined) break
      received += bytes.length
      if (received > length) throw ended(received)
      await Promise.race([Promise.all([hashed.write(bytes), stored.write(bytes)]), refused])
      if (received < step) continue
      onStep()
      step = received + STEP_BYTES
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    if (received < length) throw ended(received)
    await Promise.all([hashed.close(), stored.close()])
  } catch (error) {
    await Promise.allSettled([chunks.cancel(error), hashed.abort(error), stored.abort(error)])
    throw error
  }
}
