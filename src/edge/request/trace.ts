import { nextTraceparent, parseTraceparent, TRACEPARENT } from '../../core/http/traceparent.ts'

/** The trace that a request belongs to, where it says so. */
export interface Trace {
  /** 32 hexadecimal digits, for logs. */
  readonly traceId: string | undefined
  /** Headers of a request that this one leads to: none where it belongs to no trace. */
  next(): { readonly [TRACEPARENT]?: string }
}

/** @param header `traceparent` of a request, or of the job that it led to */
export function traceOf(header: string | null | undefined): Trace {
  const parent = parseTraceparent(header)
  return {
    traceId: parent?.traceId,
    next: () => (parent ? { [TRACEPARENT]: nextTraceparent(parent) } : {}),
  }
}
