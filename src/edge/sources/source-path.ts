import { hex } from '../../core/bytes.ts'
import { invalidParam } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'

/** Bytes of UTF-8. Keys of R2 end at 1024, and a prefix needs room. */
const MAX_PATH_BYTES = 900
/** Digits of the hash in the id of a pulled picture. */
const ID_DIGITS = 32

const EXPECTED = `the path of a picture of at most ${MAX_PATH_BYTES} bytes`

/**
 * Reads the path of a picture below its source, as it stands in the URL. Each part is decoded once and must name one
 * thing on every server: no part is empty, `.` or `..`, or holds a slash, a backslash, a control character or a dot or slash
 * that is encoded twice.
 * @returns the decoded path
 * @throws StrataError PARAM_INVALID
 */
export function parseSourcePath(encoded: string): string {
  if (encoded === '') throw invalidParam('path', EXPECTED, encoded)
  if (encoded.endsWith('/')) throw invalidParam('path', 'a picture, not a folder', encoded)
  const parts = encoded.split('/').map((part) => {
    const decoded = decode(part)
    if (decoded === undefined) throw invalidParam('path', 'UTF-8, percent-encoded', encoded)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    if (/^\.{0,2}$|[/\\\x00-\x1f\x7f]|%(2e|2f|5c)/i.test(decoded))
      throw invalidParam('path', 'parts that are no dots and hold no encoded slash', encoded)
    return decoded
  })
  const path = parts.join('/')
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) throw invalidParam('path', EXPECTED, encoded)
  return path
}

/**
 * The path as it stands in a URL: every part encoded, whatever the request's spelling was.
 * @param path decoded
 */
export function encodeSourcePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** The id of a pulled picture: always the same for a source's name and a path. */
export async function pulledId(source: string, path: string): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(`${source}/${path}`))
  return `s_${hex(digest).slice(0, ID_DIGITS)}`
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
