import { StrataError, type StrataErrorCode } from '../../core/errors.ts'

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

export function emptyInput(): StrataError {
  return new StrataError('INPUT_EMPTY', 'body: expected a picture, got 0 bytes')
}
