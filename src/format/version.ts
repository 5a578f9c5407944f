import { hex } from '../core/bytes.ts'
import { sha256 } from '../core/hash.ts'

/*
 * How a version of a file is named: H, the first 16 bytes of the file's SHA-256 as 32 hexadecimal digits. "H.k" is the
 * strong ETag of the body [0, end[k]): the same bytes everywhere.
 */
const HASH_BYTES = 16

/** H of a whole file. */
export async function fileHash(file: Uint8Array): Promise<string> {
  return hex((await sha256(file)).subarray(0, HASH_BYTES))
}

/** ETag of the bytes [0, end[layer]) of the file with this hash, quotes included. */
export function prefixEtag(hash: string, layer: number): string {
  return `"${hash}.${layer}"`
}

/** What `prefixEtag` wrote; undefined for any other ETag. */
export function parsePrefixEtag(etag: string): { readonly hash: string; readonly layer: number } | undefined {
  const match = /^"([0-9a-f]+)\.([0-9]{1,2})"$/.exec(etag)
  return match === null ? undefined : { hash: match[1] as string, layer: Number(match[2]) }
}
