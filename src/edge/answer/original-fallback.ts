import { type InputFormat, sniffFormat } from '../../format/sniff.ts'
import type { ImageState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { from } from './observe.ts'

const SNIFFED_BYTES = 16

/** Formats that every browser shows. */
const SHOWN: readonly InputFormat[] = ['avif', 'gif', 'jpeg', 'png', 'webp']

/**
 * Answers with the picture as it was uploaded, in place of a JPEG that cannot be made, or not yet.
 * @returns undefined when the original was not kept or is of a format that not every browser shows
 */
export async function respondOriginal(
  method: string,
  { original, sha256 }: ImageState,
  store: ImageStore,
): Promise<Response | undefined> {
  if (original === undefined) return undefined
  const front = await store.readRange(original, 0, SNIFFED_BYTES)
  const type = front && typeOf(await front.bytes())
  if (front === undefined || type === undefined) return undefined
  const headers = {
    // The next answer may be the JPEG.
    'Cache-Control': 'no-store',
    'Content-Length': String(front.size),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Type': type,
    ETag: `"${sha256}"`,
    'Strata-Plan': 'original',
  }
  if (method === 'HEAD') return new Response(null, { headers })
  const object = await store.get(original)
  return object && from('file', new Response(object.body, { headers }))
}

/** By the first bytes: the declared type of an upload proves nothing. */
function typeOf(bytes: Uint8Array): string | undefined {
  const format = sniffFormat(bytes)
  return format !== undefined && SHOWN.includes(format) ? `image/${format}` : undefined
}
