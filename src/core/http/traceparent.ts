/** Name of the header of W3C Trace Context. */
export const TRACEPARENT = 'traceparent'

/** The trace that a request belongs to, as its `traceparent` header gives it. */
interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** Id of the caller's span, 16 hexadecimal digits. */
  readonly parentId: string
  readonly isSampled: boolean
}

/** W3C Trace Context §3.2: version, trace-id, parent-id, trace-flags; later versions may append fields. */
const PATTERN = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[!-~]*)?$/
/** Longest header that is parsed, in characters. Version 00 has 55. */
const MAX_LENGTH = 256

/**
 * Reads a `traceparent` header. An invalid header is ignored like a missing one, so that no client can write text into
 * logs.
 * @returns undefined when the header is missing or invalid
 */
export function parseTraceparent(header: string | null | undefined): TraceParent | undefined {
  if (!header || header.length > MAX_LENGTH) return undefined
  const [, version, traceId = '', parentId = '', flags = '', rest] = PATTERN.exec(header) ?? []
  if (version === undefined || version === 'ff') return undefined
  if (version === '00' && rest !== undefined) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The header for an outgoing request: the same trace with a new span (§3.3, version 00). */
export function nextTraceparent({ traceId, isSampled }: TraceParent): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  bytes[0] = (bytes[0] ?? 0) | 1 // all zeros are invalid
  const span = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `00-${traceId}-${span}-${isSampled ? '01' : '00'}`
}
