/** Media type of a .strata file and of every prefix of one that ends with a layer. */
export const NATIVE_TYPE = 'image/vnd.strata'

/** RFC 9110 §12.4.2: 0 to 1 with at most three decimals. */
const QVALUE = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/

/**
 * Whether the client decodes .strata: the type must be listed by name with q > 0. A wildcard does not count, since
 * every browser sends one. A list item that cannot be read is skipped, so a broken header means JPEG.
 */
export function acceptsNative(accept: string | null): boolean {
  if (accept === null) return false
  // Quoted strings may hold commas and semicolons, and no parameter that matters here is quoted.
  const items = accept.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(',')
  return items.some((item) => {
    const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    return type === NATIVE_TYPE && weight(parameters) > 0
  })
}

function weight(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  if (q === undefined) return 1
  const value = q.slice(2)
  return QVALUE.test(value) ? Number(value) : 0
}
