import { concat } from '../../core/bytes.ts'
import { StrataError, type StrataErrorCode } from '../../core/errors.ts'
import { A_FORM, describeUnknown, INPUT_FORMATS, SNIFF_BYTES, sniffFormat } from '../../format/sniff.ts'
import { type Chunks, resumed } from './chunks.ts'

/** Of what HTML forms and `curl -d` send, and of every file that `curl --data-binary` does. */
const URLENCODED_TYPE = /^application\/x-www-form-urlencoded\b/i
/** What a form of that type begins with, as far as characters tell. */
const URLENCODED = /^[\w.~%+*-]+=/

/** Bytes of a body without Content-Length: it is held in memory (held-bytes.ts), because the bucket needs its length. */
export const MAX_UNSIZED_BYTES = 16 * 1024 * 1024

/** The bytes of a picture on their way into the bucket, sent by a client or fetched from another host. */
export interface UploadBody {
  readonly chunks: Chunks
  /** Bytes, as declared. Undefined where the host that it comes from tells none. */
  readonly length: number | undefined
  readonly contentType: string
  /** The code of the error when the body is not as long as declared. @default 'ABORTED' */
  readonly cutOff?: StrataErrorCode
}

export interface SizedUpload extends UploadBody {
  readonly length: number
}

/**
 * The length that a client declares. R2 needs it, and by it an upload that is too large is refused before its first
 * byte.
 * @param header value of Content-Length
 * @param limit bytes
 * @throws StrataError LENGTH_REQUIRED, INPUT_EMPTY, INPUT_TOO_LARGE
 */
export function declaredLength(header: string | null, limit: number): number {
  if (header === null || !/^[0-9]{1,15}$/.test(header)) {
    throw new StrataError('LENGTH_REQUIRED', 'Content-Length: expected the size of the picture in bytes')
  }
  return checkLength(Number(header), limit)
}

/** @throws StrataError INPUT_EMPTY, INPUT_TOO_LARGE */
export function checkLength(length: number, limit: number): number {
  if (length === 0) throw emptyInput()
  if (length > limit) {
    throw new StrataError('INPUT_TOO_LARGE', `body: expected at most ${limit} bytes, got ${length}`)
  }
  return length
}

/**
 * Looks at the first bytes of an upload, so that what is no picture is refused before anything is stored. The bytes decide
 * and not the type that was declared: `curl --data-binary` calls every file a form. The rest still streams.
 * @param name of what was sent, for the error message
 * @returns the same upload, with the type that its bytes have
 * @throws StrataError INPUT_UNSUPPORTED that says what came; of one whose length nobody told also INPUT_EMPTY, and what it
 * throws where it breaks off that early
 */
export async function requirePicture(upload: UploadBody, name: string): Promise<UploadBody> {
  const head = await readHead(upload.chunks)
  const chunks = resumed(head, upload.chunks)
  // One that breaks off that early is refused while it is stored, for what it is.
  const length = upload.length ?? (await endedLength(head, upload.chunks))
  if (length !== undefined && head.length < Math.min(SNIFF_BYTES, length)) return { ...upload, chunks }
  const format = sniffFormat(head)
  if (format !== undefined) return { ...upload, chunks, contentType: `image/${format}` }
  const isForm = URLENCODED_TYPE.test(upload.contentType) && URLENCODED.test(new TextDecoder().decode(head))
  const got = isForm ? A_FORM : describeUnknown(head)
  const error = new StrataError(
    'INPUT_UNSUPPORTED',
    `${name}: expected one of ${INPUT_FORMATS.join(', ')}, got ${got}`,
  )
  await chunks.cancel(error)
  throw error
}

/**
 * How long a body is that ended within its first bytes; undefined where it goes on.
 * @throws StrataError INPUT_EMPTY; what the body throws where it did not end but broke off
 */
async function endedLength(head: Uint8Array, rest: Chunks): Promise<number | undefined> {
  if (head.length >= SNIFF_BYTES) return undefined
  await rest.next()
  if (head.length === 0) throw emptyInput()
  return head.length
}

/** The chunks that hold the first bytes: fewer only when the body ends, or breaks, before. */
async function readHead(chunks: Chunks): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let length = 0; length < SNIFF_BYTES; ) {
    const bytes = await chunks.next(SNIFF_BYTES - length).catch(() => undefined) // whoever reads on meets the error again
    if (bytes === undefined) break
    parts.push(bytes.slice())
    length += bytes.length
  }
  return concat(parts)
}

export function emptyInput(): StrataError {
  return new StrataError('INPUT_EMPTY', 'body: expected a picture, got 0 bytes')
}
