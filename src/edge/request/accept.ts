import { STRATA_TYPE } from '../../format/media-type.ts'

/** The format that `Accept` prefers; `none` where it refuses both. */
export type Accepted = 'native' | 'jpeg' | 'none'

interface Item {
  readonly type: string
  readonly weight: number
}

/** RFC 9110 §12.4.2: 0 to 1 with at most three decimals. */
const QVALUE = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/

/**
 * The format that a client prefers (RFC 9110 §12.5.1). .strata must be listed by name, because every browser sends a
 * wildcard. All other clients get a JPEG, even where they do not list it, unless they refuse it (`image/jpeg;q=0`). A
 * list item that cannot be read is skipped, so a broken header means JPEG.
 */
export function negotiate(accept: string | null): Accepted {
  if (accept === null) return 'jpeg'
  // Quoted strings may hold commas and semicolons; neither `type` nor `q` is ever quoted.
  const items = accept
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .split(',')
    .flatMap(readItem)
  const native = weightOf(items, [STRATA_TYPE]) ?? 0
  const jpeg = weightOf(items, ['image/jpeg', 'image/*', '*/*'])
  if (native > 0 && native >= (jpeg ?? 0)) return 'native'
  return jpeg === 0 ? 'none' : 'jpeg'
}

/** The weight of the first of these media ranges that is listed; they are given most precise first. */
function weightOf(items: readonly Item[], ranges: readonly string[]): number | undefined {
  for (const range of ranges) {
    const item = items.find(({ type }) => type === range)
    if (item !== undefined) return item.weight
  }
  return undefined
}

function readItem(text: string): Item[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
  return QVALUE.test(q) ? [{ type, weight: Number(q) }] : []
}
