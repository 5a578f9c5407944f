import { hex } from '../../core/bytes.ts'
import { sha256 } from '../../core/hash.ts'
import { fetchFile } from '../../runtime/browser.ts'
import { MODEL_CACHE } from './cache-names.ts'
import { unpack } from './unpack.ts'

/**
 * Reads a model or the kernels. A file with a SHA-256 is fetched once and then read from Cache Storage. A file without
 * one, which is the manifest, is fetched each time, and read from Cache Storage only when offline.
 * @throws StrataError MODEL_INVALID when the file is neither stored nor can be fetched
 */
export async function readStored(address: string, digest?: string): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await open()
  const key = digest === undefined ? address : `${address}?sha256=${digest}`
  if (digest === undefined) {
    try {
      return await fetchAndStore(cache, address, key)
    } catch (error) {
      const stored = await find(cache, key)
      if (stored) return stored
      throw error
    }
  }
  const stored = (await find(cache, key)) ?? (await findByDigest(cache, digest))
  // Without this check a damaged copy would be refused at every visit.
  if (stored && hex(await sha256(stored)) === digest) return stored
  return await fetchAndStore(cache, address, key)
}

/** Deletes older versions: stored models whose SHA-256 is not among `digests`. */
export async function deleteOthers(digests: readonly string[]): Promise<void> {
  const cache = await open()
  for (const request of (await cache?.keys().catch(() => [])) ?? []) {
    const digest = new URL(request.url).searchParams.get('sha256')
    if (digest !== null && !digests.includes(digest)) await cache?.delete(request).catch(() => false)
  }
}

async function fetchAndStore(
  cache: Cache | undefined,
  address: string,
  key: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await fetchFile(address)
  const bytes = /\.pack(\?|$)/.test(address) ? await unpack(file) : file
  await cache?.put(key, new Response(bytes)).catch(() => undefined)
  return bytes
}

async function find(
  cache: Cache | undefined,
  key: string | Request,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await cache?.match(key).catch(() => undefined)
  return response && new Uint8Array(await response.arrayBuffer())
}

/** Finds a file by its SHA-256: a page and a service worker may have stored it under two addresses. */
async function findByDigest(
  cache: Cache | undefined,
  digest: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const keys = (await cache?.keys().catch(() => [])) ?? []
  const key = keys.find(({ url }) => new URL(url).searchParams.get('sha256') === digest)
  return key && (await find(cache, key))
}

async function open(): Promise<Cache | undefined> {
  return await globalThis.caches?.open(MODEL_CACHE).catch(() => undefined)
}
