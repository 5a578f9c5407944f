/*
 * Paths of pictures below the address where the CDN is mounted: `/img/ID` for an uploaded picture, `/src/SOURCE/PATH`
 * for a picture of an external source.
 */

/**
 * `…/src/SOURCE/PATH`, where an extension is part of the name; or `…/img/ID` or `…/img/ID@HASH`, with an optional
 * extension that names a format, and an optional slash, which is ignored.
 */
const PICTURE_PATH =
  /^(.*\/src\/[\w-]+\/.+|.*\/img\/[\w-]{1,128}(?:@([\w-]+))?)(\.jpe?g|\.webp|\.avif|\.png)?\/?$/

/** Path of the picture with this id. The `@` before the hash of a version stays readable. */
export function imagePath(base: string, id: string): string {
  return `${withoutSlash(base)}/img/${encode(id).replace('%40', '@')}`
}

/**
 * Path of a picture of a source.
 * @param path as the source has it, not encoded: `Über uns/photo 1.jpg`. A leading slash is ignored. `.` and `..` are
 *   resolved (RFC 3986 §5.2.4) and never lead out of the source
 */
export function sourcePath(base: string, source: string, path: string): string {
  const segments: string[] = []
  for (const segment of path.replace(/^\/+/, '').split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(encode(segment))
  }
  return `${withoutSlash(base)}/src/${encode(source)}/${segments.join('/')}`
}

/**
 * Parses the path of a picture's address.
 * @returns the whole path, the path without the extension that names a format, digits of the hash that names one
 *   version, and that extension, such as `.jpg`; null when the path is not that of a picture
 */
export function parsePicturePath(
  pathname: string,
): [whole: string, path: string, hash?: string, extension?: string] | null {
  return PICTURE_PATH.exec(pathname) as [string, string, string?, string?] | null
}

/** Encodes a path as a URL parser would; existing escapes stay. */
export function encodeRest(path: string): string {
  return wellFormed(path).replace(/[\s"<>^`{|}]|[^\x20-\x7e]/gu, encodeURIComponent)
}

export function withoutSlash(base: string): string {
  return base.replace(/\/+$/, '')
}

function encode(segment: string): string {
  return encodeURIComponent(wellFormed(segment))
}

/** Replaces unpaired surrogates, which cannot be encoded, by U+FFFD. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}
