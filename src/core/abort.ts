import { StrataError } from './errors.ts'

/** Like `signal.throwIfAborted()`, but with our error: the reason that a signal carries may be anything. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

export function aborted(signal: AbortSignal): StrataError {
  return new StrataError('ABORTED', 'the request was cancelled', { cause: signal.reason })
}
