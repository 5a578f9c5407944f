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
