import type { StrataErrorCode } from './errors.ts'

/** The JSON of every HTTP error, of the edge, the transcoder and the origin alike. */
interface ErrorBody {
  readonly error: { readonly code: StrataErrorCode; readonly message: string }
}

/** Takes just these two fields of an error or of a record of one. */
export function errorBody({ code, message }: ErrorBody['error']): ErrorBody {
  return { error: { code, message } }
}

/** Longest message that is taken over from another server, in characters. */
const MAX_MESSAGE = 500

/** Reads the error body of another server's answer; empty when the body is something else. */
export async function readErrorBody(response: Response): Promise<{ code?: string; message?: string }> {
  try {
    const body: unknown = await response.json()
    const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error
    return {
      ...(typeof error?.code === 'string' && { code: error.code }),
      ...(typeof error?.message === 'string' && { message: error.message.slice(0, MAX_MESSAGE) }),
    }
  } catch {
    return {}
  }
}
