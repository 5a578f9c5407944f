/** What came for the address of a picture. */
interface Received {
  /** As people write it: `AVIF`. */
  readonly format: string
  /** Of the body, as it travelled. */
  readonly bytes: number
  /** Of the edge, `Strata-Plan`. */
  readonly plan: string
}

/** What browsers that keep no record of a type like. */
const LIKELY_ACCEPT = 'image/avif,image/webp,image/*,*/*;q=0.8'

/**
 * What the browser got for an `<img>` or a fetch of this address. Its own record says which format came and how large it
 * was; only the plan is asked for, without a body. Where there is no such record (in Safari, and of what a worker fetched),
 * the picture is asked for once more.
 */
export async function fetchReceived(address: string): Promise<Received> {
  const entries = performance.getEntriesByName(new URL(address, document.baseURI).href)
  const entry = (entries as PerformanceResourceTiming[]).findLast(
    ({ encodedBodySize }) => encodedBodySize > 0,
  )
  // Newer than TypeScript's own types.
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
