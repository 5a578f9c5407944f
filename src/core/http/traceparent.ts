/** Name of the header of W3C Trace Context. */
export const TRACEPARENT = 'traceparent'

/** What a `traceparent` header says of the trace that a request belongs to. */
interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** Of the caller's span, 16 hexadecimal digits. */
  readonly parentId: string
  readonly isSampled: boolean
}

/** W3C Trace Context §3.2: version, trace-id, parent-id, trace-flags; a later version may have more behind them. */
const PATTERN = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[!-~]*)?$/
/** No later version is longer by far. */
const MAX_LENGTH = 256

/**
 * Reads a `traceparent` header. What does not follow the recommendation is as if nothing had come: nobody is to write
 * into logs by it.
 * @returns undefined for what is missing or invalid
 */
export function parseTraceparent(header: string | null | undefined): TraceParent | undefined {
  if (!header || header.length > MAX_LENGTH) return undefined
  const [, version, traceId = '', parentId = '', flags = '', rest] = PATTERN.exec(header) ?? []
  if (version === undefined || version === 'ff') return undefined
  if (version === '00' && rest !== undefined) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The header for a request that this one leads to: the same trace, and a span of its own (§3.3, version 00). */
export function nextTraceparent({ traceId, isSampled }: TraceParent): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  bytes[0] = (bytes[0] ?? 0) | 1 // all zeros are invalid
  const span = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `00-${traceId}-${span}-${isSampled ? '01' : '00'}`
}
