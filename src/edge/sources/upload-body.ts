import { concat } from '../../core/bytes.ts'
import { StrataError, type StrataErrorCode } from '../../core/errors.ts'
import { A_FORM, describeUnknown, INPUT_FORMATS, SNIFF_BYTES, sniffFormat } from '../../format/sniff.ts'

/** Of what HTML forms and `curl -d` send, and of every file that `curl --data-binary` does. */
const URLENCODED_TYPE = /^application\/x-www-form-urlencoded\b/i
/** What a form of that type begins with, as far as characters tell. */
const URLENCODED = /^[\w.~%+*-]+=/

/** The bytes of a picture on their way into the bucket, sent by a client or fetched from another host. */
export interface UploadBody {
  readonly body: ReadableStream<Uint8Array>
  /** Bytes, as declared. */
  readonly length: number
  readonly contentType: string
  /** The code of the error when the body is not as long as declared. @default 'ABORTED' */
  readonly cutOff?: StrataErrorCode
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
 * @throws StrataError INPUT_UNSUPPORTED that says what came
 */
export async function requirePicture(upload: UploadBody, name: string): Promise<UploadBody> {
  const reader = upload.body.getReader()
  const head = await readHead(reader)
  const body = resume(head, reader)
  // One that breaks off that early is refused while it is stored, for what it is.
  if (head.length < Math.min(SNIFF_BYTES, upload.length)) return { ...upload, body }
  const format = sniffFormat(head)
  if (format !== undefined) return { ...upload, body, contentType: `image/${format}` }
  const isForm = URLENCODED_TYPE.test(upload.contentType) && URLENCODED.test(new TextDecoder().decode(head))
  const got = isForm ? A_FORM : describeUnknown(head)
  const error = new StrataError(
    'INPUT_UNSUPPORTED',
    `${name}: expected one of ${INPUT_FORMATS.join(', ')}, got ${got}`,
  )
  await body.cancel(error).catch(() => undefined)
  throw error
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** The chunks that hold the first bytes: fewer only when the body ends, or breaks, before. */
async function readHead(reader: Reader): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for (let length = 0; length < SNIFF_BYTES; ) {
    const step = await reader.read().catch(() => undefined) // whoever reads on meets the error again
    if (step === undefined || step.done) break
    chunks.push(step.value)
    length += step.value.length
  }
  return concat(chunks)
}

/** The stream that a reader was taken from, from its beginning. */
function resume(head: Uint8Array, reader: Reader): ReadableStream<Uint8Array> {
  let isBegun = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isBegun && head.length > 0) controller.enqueue(head)
        else {
          const step = await reader.read()
          if (step.done) controller.close()
          else controller.enqueue(step.value)
        }
        isBegun = true
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/**
 * The same bytes. When the stream is cancelled before its end, the rest is read and dropped: wrangler's local proxy fails the
 * next request of a connection on which a body was read in part only.
 * @param length bytes, as declared
 */
export function readToTheEnd(body: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let left = length
  async function read(): Promise<Uint8Array | undefined> {
    const step = await reader.read()
    left -= step.value?.length ?? 0
    return step.value
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await read()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
      async cancel(reason) {
        while (left > 0 && (await read()) !== undefined);
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

export function emptyInput(): StrataError {
  return new StrataError('INPUT_EMPTY', 'body: expected a picture, got 0 bytes')
}
