import { StrataError } from '../core/errors.ts'
import { RETRY_AFTER_S } from './answer/headers.ts'
import { RangeError416 } from './answer/native.ts'

/** A request with a method that its address does not know; `allow` is the value of the Allow header. */
export class MethodNotAllowed extends StrataError {
  readonly allow: string

  constructor(method: string, allow: string) {
    super('METHOD_NOT_ALLOWED', `method: expected ${allow}, got ${method}`)
    this.allow = allow
  }
}

/**
 * The answer to anything thrown: `{ error: { code, message } }`, never cached. What is not a StrataError is a defect
 * of ours: its message goes to the log and not to the client.
 */
export function errorResponse(thrown: unknown): Response {
  const error = thrown instanceof StrataError ? thrown : new StrataError('INTERNAL', 'an unexpected error')
  // What is full or not there is expected, and worst to log while it lasts.
  if (error.status >= 500 && !/_(BUSY|MISSING)$/.test(error.code))
    console.error(JSON.stringify(describe(error, thrown)))
  const headers = new Headers({ 'Cache-Control': 'no-store', 'Content-Type': 'application/json' })
  if (error instanceof MethodNotAllowed) headers.set('Allow', error.allow)
  if (error instanceof RangeError416) headers.set('Content-Range', `bytes */${error.size}`)
  if (error.status === 401) headers.set('WWW-Authenticate', 'Bearer')
  if (error.status === 503) headers.set('Retry-After', String(RETRY_AFTER_S))
  const body = JSON.stringify({ error: { code: error.code, message: error.message } })
  return new Response(body, { status: error.status, headers })
}

function describe(error: StrataError, thrown: unknown): Record<string, unknown> {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return {
    event: 'error',
    code: error.code,
    message: String(thrown),
    ...(cause !== undefined && { cause: String(cause) }),
  }
}
