import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { MAX_FILE_BYTES } from '../../core/limits/table.ts'
import { LimitError } from './limits.ts'

/** The `Accept` header of an `<img>` in Chromium with and without JPEG XL, in Firefox, and in Safari. */
const IMAGE_ACCEPTS = [
  'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
]

/**
 * Sources that the library gives to an image which shows layers: the blank picture, and pictures to be saved or
 * dragged.
 */
const OWN = /^data:image\/(svg\+xml,|\w+;strata=layers;)/

/**
 * Reads the file that an `<img>` shows from the browser's cache, or from the network where the cache has lost it. The
 * edge's answers vary by `Accept`, so the request must carry the image's own `Accept` header (RFC 9111 §4.1).
 * @throws StrataError NOT_FOUND when the server refuses, ORIGIN_FAILED without cache and network, INPUT_UNSUPPORTED for an
 * image that shows layers; LimitError
 */
export async function readShownFile(address: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  if (OWN.test(address)) {
    const advice = 'data-strata="zoom" makes it one that does, data-strata="off" a plain one'
    throw new StrataError(
      'INPUT_UNSUPPORTED',
      `this image shows layers and has no file that hides detail: ${advice}`,
    )
  }
  // `only-if-cached` is allowed for the page's own origin only.
  if (new URL(address).origin === globalThis.location.origin) {
    for (const accept of IMAGE_ACCEPTS) {
      const kept = await get(address, accept, { cache: 'only-if-cached', mode: 'same-origin', signal })
      if (kept?.ok) return await read(kept)
    }
  }
  for (const accept of likelyAccepts()) {
    const response = await get(address, accept, { cache: 'force-cache', signal })
    if (response?.ok) return await read(response)
    if (response) throw new StrataError('NOT_FOUND', `${address}: HTTP ${response.status}`)
  }
  throw new StrataError('ORIGIN_FAILED', `${address} is neither in the browser's cache nor to be had`)
}

async function read({ body, url }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readAtMost(body, MAX_FILE_BYTES)
  if (!bytes) throw new LimitError('bytes', `${url}: expected at most ${MAX_FILE_BYTES} bytes, got more`)
  return bytes as Uint8Array<ArrayBuffer>
}

async function get(address: string, accept: string, init: RequestInit): Promise<Response | undefined> {
  try {
    return await fetch(address, { ...init, headers: { Accept: accept } })
  } catch (error) {
    // There is no network, or the file is not in the cache.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** The headers that this browser may have sent. A wrong guess costs a download. */
function likelyAccepts(): readonly string[] {
  const [jxl = '', chromium = '', firefox = '', safari = ''] = IMAGE_ACCEPTS
  const { userAgent } = navigator
  if (/Firefox\//.test(userAgent)) return [firefox]
  if (!/Chrom/.test(userAgent) && /Safari\//.test(userAgent)) return [safari]
  return [jxl, chromium]
}
