/** What a Range header means for a body of a known size. A part is the bytes [start, end). */
type RangeResult =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const WHOLE = { kind: 'whole' } as const
const UNSATISFIABLE = { kind: 'unsatisfiable' } as const
const SINGLE = /^bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*$/i

/**
 * Reads `Range` (RFC 9110 §14.2). Another unit, several ranges or broken syntax mean the whole body, as the RFC
 * demands; only a well-formed range beyond the body is unsatisfiable.
 * @param size of the body in bytes
 */
export function parseRange(header: string | null, size: number): RangeResult {
  const match = SINGLE.exec(header ?? '')
  if (match === null) return WHOLE
  const [, from = '', to = ''] = match
  if (from === '') {
    if (to === '') return WHOLE
    const length = Number(to)
    return length === 0 || size === 0 ? UNSATISFIABLE : part(Math.max(0, size - length), size)
  }
  const start = Number(from)
  const end = to === '' ? size : Math.min(size, Number(to) + 1)
  if (to !== '' && Number(to) < start) return WHOLE
  return start >= size ? UNSATISFIABLE : part(start, end)
}

function part(start: number, end: number): RangeResult {
  return { kind: 'part', start, end }
}
