import { hex } from '../core/bytes.ts'
import { sha256 } from '../core/hash.ts'

/*
 * The version of a file is H, the first 16 bytes of the file's SHA-256 as 32 hexadecimal digits. "H.k" is the strong ETag
 * of the body [0, end[k]), which has the same bytes wherever it is served; "H.sk" is that of [start[k], end[k]), a layer that
 * is a picture.
 */
const HASH_BYTES = 16

/** The version H of a whole file. */
export async function fileHash(file: Uint8Array): Promise<string> {
  return hex((await sha256(file)).subarray(0, HASH_BYTES))
}

/** ETag of the bytes [0, end[layer]) of the file with version `hash`, quotes included. */
export function prefixEtag(hash: string, layer: number): string {
  return `"${hash}.${layer}"`
}

/** Parses an ETag made by `prefixEtag`. Returns undefined for any other ETag. */
export function parsePrefixEtag(etag: string): { readonly hash: string; readonly layer: number } | undefined {
  const match = /^"([0-9a-f]+)\.([0-9]{1,2})"$/.exec(etag)
  return match === null ? undefined : { hash: match[1] as string, layer: Number(match[2]) }
}

/** ETag of the bytes [start[layer], end[layer]) of the file with version `hash`, quotes included. */
export function sliceEtag(hash: string, layer: number): string {
  return `"${hash}.s${layer}"`
}
