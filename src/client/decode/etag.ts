import { pinnedHash } from '../address/address.ts'

/*
 * ETags of a file's bytes are `"H.k"`: the hash of the whole file, and the highest layer of the bytes (format/version.ts).
 */

/** The part that the ETags of all prefixes of one file have in common. */
export function fileOf(etag: string): string {
  return etag.split('.')[0] ?? etag
}

/** Whether an address names the version of this ETag; undefined when it names no version. */
export function isPinnedTo(image: string, etag: string): boolean | undefined {
  const hash = pinnedHash(image)
  return hash === undefined ? undefined : etag.startsWith(`"${hash}`)
}
