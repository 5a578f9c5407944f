/** An error code's HTTP status, and its meaning in one line. */
interface ErrorKind {
  readonly status: number
  readonly meaning: string
}

/**
 * All error codes. Codes are part of the interface: they appear in the JSON of every HTTP error and in the CLI's output,
 * so a code is never renamed or reused. Bad input is always a 4xx; a 5xx is a fault of the server or of a service it uses.
 * Keep the list alphabetical.
 */
export const ERRORS = {
  ABORTED: { status: 499, meaning: 'the caller went away or cancelled the work' },
  BODY_SLOW: { status: 408, meaning: 'the body came too slowly to keep a place for it' },
  CODING_UNKNOWN: { status: 422, meaning: 'a layer has a coding that this software does not know' },
  ENTROPY_CORRUPT: { status: 422, meaning: 'the entropy-coded data contradicts itself' },
  FILE_FAILED: { status: 500, meaning: 'a local file could not be read or written' },
  FORMAT_CHECKSUM: { status: 422, meaning: 'a checksum of the .strata file does not match' },
  FORMAT_INVALID: { status: 422, meaning: 'a field of the .strata file holds an impossible value' },
  FORMAT_MAGIC: { status: 422, meaning: 'not a .strata file' },
  FORMAT_TRUNCATED: { status: 422, meaning: 'the .strata file ends before the part that was asked for' },
  FORMAT_VERSION: { status: 422, meaning: 'a .strata version that this software does not know' },
  ID_INVALID: { status: 400, meaning: 'the image id is malformed' },
  INPUT_CORRUPT: { status: 422, meaning: 'the picture is damaged' },
  INPUT_EMPTY: { status: 400, meaning: 'no bytes were sent' },
  INPUT_TOO_LARGE: { status: 413, meaning: 'the picture has more bytes or pixels than allowed' },
  INPUT_UNSUPPORTED: { status: 415, meaning: 'not a picture format that is accepted' },
  INTERNAL: { status: 500, meaning: 'a defect of this software' },
  LENGTH_REQUIRED: { status: 411, meaning: 'an upload needs a Content-Length' },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'the method does not apply to this address' },
  MODEL_INVALID: { status: 500, meaning: 'a model file is missing or damaged' },
  MODEL_UNKNOWN: { status: 422, meaning: 'the file was made with a model set that is not installed' },
  NOT_ACCEPTABLE: { status: 406, meaning: 'the client refuses every format that the image comes in' },
  NOT_FOUND: { status: 404, meaning: 'there is nothing under this address' },
  OPTION_INVALID: { status: 500, meaning: 'the plugin was set up with an option that cannot be used' },
  ORIGIN_BUSY: { status: 503, meaning: 'the origin has no free place; try again later' },
  ORIGIN_FAILED: { status: 502, meaning: 'the origin did not answer as it should' },
  PARAM_INVALID: { status: 400, meaning: 'a parameter is malformed or out of range' },
  PORT_BUSY: { status: 500, meaning: 'another program listens on the port' },
  PRECONDITION_FAILED: {
    status: 412,
    meaning: 'the image is not as If-Match or If-None-Match of the upload asks for',
  },
  RANGE_NOT_SATISFIABLE: { status: 416, meaning: 'the range lies outside the body' },
  REMOTE_FAILED: { status: 502, meaning: 'the host that a picture was to be fetched from did not send it' },
  REMOTE_FORBIDDEN: { status: 403, meaning: 'pictures are not fetched from this host' },
  SIGNATURE_EXPIRED: { status: 403, meaning: 'the signed URL is no longer valid' },
  SIGNATURE_INVALID: { status: 403, meaning: 'the signature does not belong to this URL' },
  SIGNATURE_MISSING: { status: 403, meaning: 'images are served to signed URLs only' },
  STORAGE_FAILED: {
    status: 503,
    meaning: 'the bucket or the queue did not do what it was asked; try again later',
  },
  TRANSCODER_MISSING: {
    status: 503,
    meaning: 'no transcoder is there to make a JPEG that nobody made before',
  },
  TRANSCODE_BUSY: { status: 503, meaning: 'the transcoder has no free place; try again later' },
  TRANSCODE_FAILED: { status: 502, meaning: 'the transcoder could not make the picture' },
  UPLOAD_BUSY: { status: 503, meaning: 'too many uploads are being stored; try again later' },
  UPLOAD_FORBIDDEN: { status: 401, meaning: 'the upload carries no valid token' },
  USAGE: { status: 400, meaning: 'the command line is wrong' },
  VERIFY_FAILED: { status: 500, meaning: 'an encoded file did not decode to what was encoded' },
  WEBHOOK_FAILED: { status: 502, meaning: 'the receiver of events did not take one' },
} as const satisfies Record<string, ErrorKind>

export type StrataErrorCode = keyof typeof ERRORS

/** Whether a value from another program is one of our error codes. */
export function isErrorCode(code: unknown): code is StrataErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code)
}

/**
 * The base class of every error thrown on purpose. `message` is public: it names the thing, the expected value and the
 * actual value.
 */
export class StrataError extends Error {
  override readonly name = 'StrataError'
  readonly code: StrataErrorCode
  readonly status: number

  constructor(code: StrataErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.status = ERRORS[code].status
  }
}

/** Whether `error` is a StrataError with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly StrataErrorCode[]): error is StrataError {
  return error instanceof StrataError && codes.includes(error.code)
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The error for a bad parameter, such as "quality: expected an integer from 1 to 100, got 0". */
export function invalidParam(name: string, expected: string, actual: unknown): StrataError {
  return new StrataError('PARAM_INVALID', `${name}: expected ${expected}, got ${show(actual)}`)
}

/** Formats a value for an error message: quoted, on one line, and cut to 80 characters, because an attacker may send it. */
function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
