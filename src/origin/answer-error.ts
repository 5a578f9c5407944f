import { errorBody } from '../core/error-body.ts'
import { StrataError } from '../core/errors.ts'
import { retryAfter } from '../core/scheduler.ts'
import { QueueFull } from './queue.ts'
import { namesOf, type Origin, type OriginContext } from './services.ts'

/** Every error is `{ "error": { "code", "message" } }`. */
export function answerError(thrown: Error, c: OriginContext, { metrics, log }: Origin): Response {
  const error = asStrataError(thrown, c.req.raw.signal)
  metrics.error(error.code)
  if (error.status >= 500 && error.code !== 'ORIGIN_BUSY') {
    log('error', {
      ...namesOf(c),
      code: error.code,
      message: thrown.message,
      stack: thrown.stack,
    })
  }
  if (error instanceof QueueFull) c.header('Retry-After', retryAfter(error.lineSeconds))
  // Hono's types know no 499; nobody reads that answer anyway.
  return c.json(errorBody(error), error.status as 500)
}

/** What is not ours becomes INTERNAL without its text, which may name paths; the log has it. */
function asStrataError(thrown: unknown, signal: AbortSignal): StrataError {
  if (signal.aborted) return new StrataError('ABORTED', 'the client went away', { cause: thrown })
  if (thrown instanceof StrataError) return thrown
  return new StrataError('INTERNAL', 'the origin failed; its log says why', { cause: thrown })
}
