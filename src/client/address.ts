/** Parameters that choose a size or a format; what else a query holds, such as a signature, belongs to the image. */
const CHOICES = ['w', 'h', 'dpr', 'q', 'f', 'ht', 'fit', 'bg']
const SIGNATURE = ['exp', 'kid', 'sig']

/** `…/img/ID`, with the hash of a version or without. */
const IMAGE_PATH = /\/img\/[\w-]{1,128}(@[\w-]+)?$/

/**
 * The address of an image without the size and format that a page chose.
 * @param base what relative addresses start from
 * @returns undefined for what is not an image of a Strata CDN
 */
export function imageAddress(address: string, base: string): string | undefined {
  let url: URL
  try {
    url = new URL(address, base)
  } catch {
    return undefined
  }
  if (!/^https?:$/.test(url.protocol) || !IMAGE_PATH.test(url.pathname)) return undefined
  return without(url, CHOICES)
}

/** What a browser keeps an image under: a new signature does not make it another image. */
export function identity(image: string): string {
  return without(new URL(image), SIGNATURE)
}

/** Leading digits of the file's hash in `…/img/ID@HASH`, which never is another picture. */
export function pinnedHash(image: string): string | undefined {
  return /@(\w+)$/.exec(new URL(image).pathname)?.[1]
}

/** The bytes up to the layer for a width, in device pixels. */
export function nativeAddress(image: string, width: number): string {
  const url = new URL(image)
  url.searchParams.set('f', 'native')
  url.searchParams.set('w', String(width))
  return url.href
}

export function infoAddress(image: string): string {
  const url = new URL(image)
  url.pathname += '.json'
  return url.href
}

function without(url: URL, names: readonly string[]): string {
  for (const name of names) url.searchParams.delete(name)
  url.hash = ''
  return url.href
}
