import { hex } from '../../core/bytes.ts'
import { sha256 } from '../../core/hash.ts'
import { fetchFile } from '../../runtime/browser.ts'
import { unpack } from './unpack.ts'

const CACHE = 'strata-models-v1'

/**
 * Decoder and models, kept in Cache Storage by their SHA-256: fetched once for good. A file without one, the manifest, is
 * asked for each time and taken from the store where there is no network.
 * @throws StrataError MODEL_INVALID when it is neither here nor to be had
 */
export async function readKept(address: string, digest?: string): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await open()
  const key = digest === undefined ? address : `${address}?sha256=${digest}`
  if (digest === undefined) {
    try {
      return await fetchAndKeep(cache, address, key)
    } catch (error) {
      const kept = await find(cache, key)
      if (kept) return kept
      throw error
    }
  }
  const kept = await find(cache, key)
  // A damaged copy would be refused each time.
  if (kept && hex(await sha256(kept)) === digest) return kept
  return await fetchAndKeep(cache, address, key)
}

/** Removes what no manifest names any more. */
export async function dropOthers(digests: readonly string[]): Promise<void> {
  const cache = await open()
  for (const request of (await cache?.keys().catch(() => [])) ?? []) {
    const digest = new URL(request.url).searchParams.get('sha256')
    if (digest !== null && !digests.includes(digest)) await cache?.delete(request).catch(() => false)
  }
}

async function fetchAndKeep(
  cache: Cache | undefined,
  address: string,
  key: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await fetchFile(address)
  const bytes = /\.pack(\?|$)/.test(address) ? await unpack(file) : file
  await cache?.put(key, new Response(bytes)).catch(() => undefined)
  return bytes
}

async function find(cache: Cache | undefined, key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await cache?.match(key).catch(() => undefined)
  return response && new Uint8Array(await response.arrayBuffer())
}

async function open(): Promise<Cache | undefined> {
  return await globalThis.caches?.open(CACHE).catch(() => undefined)
}
