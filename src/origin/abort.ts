import { StrataError } from '../core/errors.ts'

/** Like `signal.throwIfAborted()`, but with our error: the reason a server gives may be a bare string. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

export function aborted(signal: AbortSignal): StrataError {
  return new StrataError('ABORTED', 'the request was cancelled', { cause: signal.reason })
}
