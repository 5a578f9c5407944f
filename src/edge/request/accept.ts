/** Media type of a .strata file and of every prefix of one that ends with a layer. */
export const NATIVE_TYPE = 'image/vnd.strata'

/** What `Accept` asks for: `none` refuses both formats. */
export type Accepted = 'native' | 'jpeg' | 'none'

interface Item {
  readonly type: string
  readonly weight: number
}

/** RFC 9110 §12.4.2: 0 to 1 with at most three decimals. */
const QVALUE = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/

/**
 * Which format a client prefers (RFC 9110 §12.5.1). .strata must be listed by its name: every browser sends a wildcard.
 * JPEG is for all others, also for those that do not list it: only who refuses it (`image/jpeg;q=0`) does not get it. A
 * list item that cannot be read is skipped, so a broken header means JPEG.
 */
export function negotiate(accept: string | null): Accepted {
  if (accept === null) return 'jpeg'
  // Quoted strings may hold commas and semicolons, and no parameter that matters here is quoted.
  const items = accept
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .split(',')
    .flatMap(readItem)
  const native = weightOf(items, [NATIVE_TYPE]) ?? 0
  const jpeg = weightOf(items, ['image/jpeg', 'image/*', '*/*'])
  if (native > 0 && native >= (jpeg ?? 0)) return 'native'
  return jpeg === 0 ? 'none' : 'jpeg'
}

/** The weight of the first of these ranges that is listed: the most precise one counts. */
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
