/** The response to the address of a picture. */
interface Received {
  /** As people write it: `AVIF`. */
  readonly format: string
  /** Bytes of the encoded body. */
  readonly bytes: number
  /** Of the edge, `Strata-Plan`. */
  readonly plan: string
}

/** `Accept` of browsers whose resource timing has no content type. */
const LIKELY_ACCEPT = 'image/avif,image/webp,image/*,*/*;q=0.8'

/**
 * Describes the response that the browser got for an `<img>` or a fetch of this address. Resource timing gives format
 * and size; a HEAD request gives the plan. Without a timing entry (in Safari, and for fetches of a worker) the picture
 * is requested again.
 */
export async function fetchReceived(address: string): Promise<Received> {
  const entries = performance.getEntriesByName(new URL(address, document.baseURI).href)
  const entry = (entries as PerformanceResourceTiming[]).findLast(
    ({ encodedBodySize }) => encodedBodySize > 0,
  )
  // `contentType` is newer than TypeScript's own types.
  const { contentType } = (entry ?? {}) as { contentType?: string }
  const method = contentType ? 'HEAD' : 'GET'
  const response = await fetch(address, { method, headers: { Accept: contentType || LIKELY_ACCEPT } })
  const type = response.headers.get('Content-Type') ?? ''
  const { byteLength } = await response.arrayBuffer()
  return {
    format: type.replace(/^image\/(vnd\.)?|;.*/g, '').toUpperCase(),
    bytes: byteLength || (entry?.encodedBodySize ?? 0),
    plan: response.headers.get('Strata-Plan') ?? 'none',
  }
}
