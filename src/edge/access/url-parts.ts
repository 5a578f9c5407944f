import { StrataError } from '../../core/errors.ts'

/** A URL that is to be signed. */
interface ParsedUrl {
  readonly url: URL
  /** Whether it was a path from the root, which it is to stay. */
  readonly isPath: boolean
}

/** @throws StrataError PARAM_INVALID for a text that is neither a URL nor a path from the root */
export function parseUrl(text: string): ParsedUrl {
  const isPath = /^\/(?!\/)/.test(text)
  try {
    return { url: isPath ? new URL(text, 'http://path.invalid') : new URL(text), isPath }
  } catch {
    const got = JSON.stringify(text)
    throw new StrataError('PARAM_INVALID', `url: expected a URL or a path from the root, got ${got}`)
  }
}

/**
 * The parameters of a URL in one order, by name and then by value, percent-encoded.
 * @param omitted names of those that are left out
 */
export function sortedQuery(params: URLSearchParams, omitted: readonly string[]): string {
  const others = [...params].filter(([name]) => !omitted.includes(name))
  others.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
  return new URLSearchParams(others).toString()
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether a text is whole seconds since 1970, as `exp` gives them. */
export function isExpiry(text: string): boolean {
  return /^[0-9]{1,15}$/.test(text)
}

/**
 * @param expires see isExpiry
 * @param now epoch milliseconds
 * @throws StrataError SIGNATURE_EXPIRED
 */
export function requireUnexpired(expires: string, now: number): void {
  if (Number(expires) * 1000 <= now)
    throw new StrataError('SIGNATURE_EXPIRED', `exp: the URL expired ${expires} seconds after 1970`)
}
