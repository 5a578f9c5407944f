/** Parameters that choose a size or a format. All others, such as a signature, belong to the image. */
const VARIANT_PARAMETERS = ['w', 'h', 'dpr', 'q', 'f', 'ht', 'fit', 'bg']
const SIGNATURE_PARAMETERS = ['exp', 'kid', 'sig']

/** `…/img/ID` or `…/img/ID@HASH`. */
const IMAGE_PATH = /\/img\/[\w-]{1,128}(@[\w-]+)?$/

/**
 * The address of an image without size and format.
 * @param base absolute address that a relative one is resolved against
 * @returns undefined for an address that is not an image of a Strata CDN
 */
export function imageAddress(address: string, base: string): string | undefined {
  let url: URL
  try {
    url = new URL(address, base)
  } catch {
    return undefined
  }
  if (!/^https?:$/.test(url.protocol) || !IMAGE_PATH.test(url.pathname)) return undefined
  return without(url, VARIANT_PARAMETERS)
}

/** The key that an image is stored under: its address without the signature, which changes. */
export function identity(image: string): string {
  return without(new URL(image), SIGNATURE_PARAMETERS)
}

/** The leading digits of the file's hash in `…/img/ID@HASH`; undefined without one. */
export function pinnedHash(image: string): string | undefined {
  return /@(\w+)$/.exec(new URL(image).pathname)?.[1]
}

/** The address of the bytes up to the layer that a width, in device pixels, selects. */
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
