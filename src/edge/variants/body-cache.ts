/** Of a .strata file: whose it is, and H. */
export interface FileName {
  readonly id: string
  readonly hash: string
}

/** The Cache API where there is one. It is per data centre and may forget at any time; it is never needed. */
function openCache(): Cache | undefined {
  return typeof caches === 'undefined' ? undefined : caches.default
}

/** A body that was kept under this key. A cache that fails is as good as an empty one. */
export async function findBody(key: string): Promise<Response | undefined> {
  try {
    return await openCache()?.match(key)
  } catch {
    return undefined
  }
}

/** Keeps a body. The key names its content, so it never goes out of date. */
export async function keepBody(key: string, bytes: Uint8Array, type: string): Promise<void> {
  const headers = {
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Content-Length': String(bytes.length),
    'Content-Type': type,
  }
  await openCache()?.put(key, new Response(bytes, { headers }))
}

/**
 * The host stays in a key, because a cache belongs to a zone. It names the file and what was made of it, never the request:
 * the Cache API ignores Vary, and a client must not be able to fill it with copies.
 */
export function bodyKey(url: string, kind: 'jpeg' | 'native', { id, hash }: FileName, form: string): string {
  return new URL(`/.strata/${kind}/${id}/${hash}/l${form}`, url).href
}
