import { SIGNATURE_PARAMETERS, VARIANT_PARAMETERS } from './parameters.ts'
import { parsePicturePath } from './paths.ts'

/**
 * The address of an image without size and format.
 * @param base absolute address that a relative one is resolved against
 * @returns undefined for an address that is not an image of a Strata CDN, for a signed one with an extension, whose
 *   signature is valid for that format only, and for one of a source without a width
 */
export function imageAddress(address: string, base: string): string | undefined {
  let url: URL
  try {
    url = new URL(address, base)
  } catch {
    return undefined
  }
  const { pathname, protocol, searchParams: query } = url
  const [, path, , extension] = parsePicturePath(pathname) ?? []
  if (!/^https?:/.test(protocol) || !path || (extension && query.has('sig'))) return undefined
  // Folders of other sites are called src as well.
  if (path.includes('/src/') && !query.has('w')) return undefined
  url.pathname = path
  return without(url, VARIANT_PARAMETERS)
}

/**
 * The address of the same picture as a JPEG that hides the picture of twice its size. The edge sends a JPEG without
 * hidden detail when the image is not that large.
 * @returns the address unchanged when it is not of a Strata CDN, or has the parameter `ht` already
 */
export function hidingAddress(address: string, base: string): string {
  if (imageAddress(address, base) === undefined) return address
  const url = new URL(address, base)
  if (url.searchParams.has('ht')) return address
  // Only a JPEG hides anything.
  url.pathname = parsePicturePath(url.pathname)![1]
  url.searchParams.delete('f')
  url.searchParams.set('ht', '2')
  return url.href
}

/** Applies hidingAddress to every address of a `srcset`. */
export function hidingSrcset(srcset: string, base: string): string {
  // Candidates consist of addresses and descriptors; hidingAddress leaves descriptors unchanged. An address may contain
  // a comma.
  return srcset.replace(/[^\s,](\S*[^\s,])?/g, (word) => hidingAddress(word, base))
}

/** Storage key of an image: its address without the signature, which changes. */
export function identity(image: string): string {
  return without(new URL(image), SIGNATURE_PARAMETERS)
}

/** The leading digits of the file's hash in `…/img/ID@HASH`; undefined without one. */
export function pinnedHash(image: string): string | undefined {
  return parsePicturePath(new URL(image).pathname)?.[2]
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
