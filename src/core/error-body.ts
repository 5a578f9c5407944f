import { readAtMost } from './body.ts'
import type { StrataErrorCode } from './errors.ts'

/** The JSON body of every HTTP error of the edge, the transcoder and the origin. */
interface ErrorBody {
  readonly error: { readonly code: StrataErrorCode; readonly message: string }
}

/** Takes only these two fields of an error, or of a record of one. */
export function errorBody({ code, message }: ErrorBody['error']): ErrorBody {
  return { error: { code, message } }
}

/** Length to which the message of another server is cut, in characters. */
const MAX_MESSAGE = 500
/** A body of another server that is longer is no error body. */
const MAX_BYTES = 64 * 1024

/** What another server says of an error, as far as it says it. */
interface ForeignError {
  readonly code?: string
  readonly message?: string
}

/** Reads the error body of another server's response. Returns an empty object when the body has another form. */
export async function readErrorBody(response: Response): Promise<ForeignError> {
  const bytes = await readAtMost(response.body, MAX_BYTES).catch(() => undefined)
  return parseErrorBody(bytes)
}

/** The same of a body that was read. */
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
