/*
 * Paths of pictures below the address where the CDN is mounted: `/img/ID` of one that was uploaded, `/src/SOURCE/PATH` of
 * one that lies elsewhere.
 */

/**
 * `…/src/SOURCE/PATH`, where an extension is a part of the name; or `…/img/ID` or `…/img/ID@HASH`, then perhaps an extension,
 * which names a format, and a slash, which says nothing.
 */
const PICTURE_PATH =
  /^(.*\/src\/[\w-]+\/.+|.*\/img\/[\w-]{1,128}(?:@([\w-]+))?)(\.jpe?g|\.webp|\.avif|\.png)?\/?$/

/** Path of the picture with this id. The `@` before the hash of a version stays readable. */
export function imagePath(base: string, id: string): string {
  return `${withoutSlash(base)}/img/${encode(id).replace('%40', '@')}`
}

/**
 * Path of a picture of a source.
 * @param path as the source has it, not encoded: `Über uns/photo 1.jpg`. A slash in front says nothing. `.` and `..` are
 * resolved (RFC 3986 §5.2.4) and never lead out of the source
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
 * What the path of an address says about a picture.
 * @returns the whole path, the path without the extension that names a format, digits of the hash that names one version, and
 * that extension, such as `.jpg`; null where the path is not that of a picture
 */
export function parsePicturePath(
  pathname: string,
): [whole: string, path: string, hash?: string, extension?: string] | null {
  return PICTURE_PATH.exec(pathname) as [string, string, string?, string?] | null
}

/** A path as a URL parser would write it: what is encoded already stays. */
export function encodeRest(path: string): string {
  return wellFormed(path).replace(/[\s"<>^`{|}]|[^\x20-\x7e]/gu, encodeURIComponent)
}

export function withoutSlash(base: string): string {
  return base.replace(/\/+$/, '')
}

function encode(segment: string): string {
  return encodeURIComponent(wellFormed(segment))
}

/** Half of a surrogate pair cannot be encoded; as everywhere, U+FFFD stands for it. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}
