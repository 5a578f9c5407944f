import { readAtMost } from './body.ts'
import type { StrataErrorCode } from './errors.ts'

/** The JSON body of every HTTP error of the edge, the transcoder and the origin. */
interface ErrorBody {
  readonly error: { readonly code: StrataErrorCode; readonly message: string }
}

/** Makes the body from an error or from a stored record of one; other fields are not sent. */
export function errorBody({ code, message }: ErrorBody['error']): ErrorBody {
  return { error: { code, message } }
}

/** Longest message of another server that is passed on, in characters. */
const MAX_MESSAGE = 500
/** Longest error body of another server that is read. */
const MAX_BYTES = 64 * 1024

/** An error as another server describes it. Absent fields were missing or of another type. */
interface ForeignError {
  readonly code?: string
  readonly message?: string
}

/** Reads the error body of another server's response. Returns an empty object when the body has another form. */
export async function readErrorBody(response: Response): Promise<ForeignError> {
  const bytes = await readAtMost(response.body, MAX_BYTES).catch(() => undefined)
  return parseErrorBody(bytes)
}

/** Parses an error body. Returns an empty object when it has another form. */
export function parseErrorBody(bytes: Uint8Array | undefined): ForeignError {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error
    return {
      ...(typeof error?.code === 'string' && { code: error.code }),
      ...(typeof error?.message === 'string' && { message: error.message.slice(0, MAX_MESSAGE) }),
    }
  } catch {
    return {}
  }
}
