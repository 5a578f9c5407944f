import { nextTraceparent, parseTraceparent, TRACEPARENT } from '../../core/http/traceparent.ts'

/** The trace that a request belongs to, where it says so. */
export interface Trace {
  /** 32 hexadecimal digits, for logs. */
  readonly traceId: string | undefined
  /** Headers of a request that this one leads to: none where it belongs to no trace. */
  next(): Readonly<Record<string, string>>
}

export function traceOf(headers: Headers): Trace {
  const parent = parseTraceparent(headers.get(TRACEPARENT))
  return {
    traceId: parent?.traceId,
    next: () => (parent ? { [TRACEPARENT]: nextTraceparent(parent) } : {}),
  }
}
