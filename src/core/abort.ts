import { StrataError } from './errors.ts'

/** Like `signal.throwIfAborted()`, but throws a StrataError ABORTED: `signal.reason` may be any value. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

export function aborted(signal: AbortSignal): StrataError {
  return new StrataError('ABORTED', 'the request was cancelled', { cause: signal.reason })
}
