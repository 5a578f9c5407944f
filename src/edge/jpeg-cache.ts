/** The Cache API where there is one. It is per data centre and may forget at any time; it is never needed. */
function openCache(): Cache | undefined {
  return typeof caches === 'undefined' ? undefined : caches.default
}

/** A JPEG that was kept under this key. A cache that fails is as good as an empty one. */
export async function findJpeg(key: string): Promise<Response | undefined> {
  try {
    return await openCache()?.match(key)
  } catch {
    return undefined
  }
}

/** Keeps a JPEG. The key names its content, so it never goes out of date. */
export async function keepJpeg(key: string, bytes: Uint8Array): Promise<void> {
  const headers = {
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Content-Length': String(bytes.length),
    'Content-Type': 'image/jpeg',
  }
  await openCache()?.put(key, new Response(bytes, { headers }))
}
