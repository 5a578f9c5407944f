/*
 * The door's ground: how an error becomes a response. Every room may import this file, and it imports no room. The list
 * of codes is src/core/errors.ts.
 */

import { errorBody } from '../core/error-body.ts'
import { StrataError, type StrataErrorCode } from '../core/errors.ts'
import { parseTraceparent, TRACEPARENT } from '../core/http/traceparent.ts'

/** Seconds after which a client should ask again: for an image that is being encoded, and after a 503. */
export const RETRY_AFTER_S = 1

/** An error whose answer needs headers beside its code and message. */
export class HttpError extends StrataError {
  readonly headers: Readonly<Record<string, string>>

  constructor(code: StrataErrorCode, message: string, headers: Readonly<Record<string, string>>) {
    super(code, message)
    this.headers = headers
  }
}

/** The error for a method that an address does not know. @param allow value of the Allow header */
export function methodNotAllowed(method: string, allow: string): HttpError {
  return new HttpError('METHOD_NOT_ALLOWED', `method: expected ${allow}, got ${method}`, { Allow: allow })
}

/**
 * The answer to anything thrown: `{ error: { code, message } }`, never cached. What is not a StrataError is a defect
 * of this software: its message goes to the log and not to the client.
 * @param c where the request may name a trace for the log
 */
export function errorResponse(thrown: unknown, c?: { readonly req: { readonly raw: Request } }): Response {
  const error = thrown instanceof StrataError ? thrown : new StrataError('INTERNAL', 'an unexpected error')
  // A full queue and a missing transcoder are expected, and a line for each request would flood the log.
  if (error.status >= 500 && !/_(BUSY|MISSING)$/.test(error.code))
    console.error(JSON.stringify({ ...logEntry(error, thrown), traceId: traceIdOf(c?.req.raw) }))
  const headers = new Headers({ 'Cache-Control': 'no-store', 'Content-Type': 'application/json' })
  if (error.status === 401) headers.set('WWW-Authenticate', 'Bearer')
  if (error.status === 503) headers.set('Retry-After', String(RETRY_AFTER_S))
  if (error instanceof HttpError)
    for (const [name, value] of Object.entries(error.headers)) headers.set(name, value)
  return new Response(JSON.stringify(errorBody(error)), { status: error.status, headers })
}

function traceIdOf(request: Request | undefined): string | undefined {
  return parseTraceparent(request?.headers.get(TRACEPARENT))?.traceId
}

function logEntry(error: StrataError, thrown: unknown): Record<string, unknown> {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return {
    event: 'error',
    code: error.code,
    message: String(thrown),
    ...(cause !== undefined && { cause: String(cause) }),
  }
}
