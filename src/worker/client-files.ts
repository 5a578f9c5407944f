/** Where the browser library's files come from: Workers' static assets. */
export interface StaticFiles {
  fetch(request: Request): Promise<Response>
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  pack: 'application/octet-stream',
  wasm: 'application/wasm',
}

/**
 * One file of the browser library, with what a page elsewhere, and one with `Cross-Origin-Embedder-Policy`, needs to use it.
 * Names stay the same from version to version, so browsers ask again by ETag; the library keeps models by their SHA-256.
 * @param name below the mount point
 */
export async function clientFile(files: StaticFiles, request: Request, name: string): Promise<Response> {
  const type = TYPES[name.split('.').at(-1) ?? '']
  if (type === undefined || name.includes('/')) return new Response(null, { status: 404 })
  const found = await files.fetch(new Request(new URL(`/${name}`, request.url), request))
  const headers = new Headers(found.headers)
  headers.set('Access-Control-Allow-Origin', '*')
  headers.set('Cache-Control', 'public, max-age=0, must-revalidate')
  headers.set('Content-Type', type)
  // A worker has the policy of its own script: decoding, and asking for images, is all that this one does.
  headers.set(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *",
  )
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
  headers.set('X-Content-Type-Options', 'nosniff')
  return new Response(found.body, { status: found.status, headers })
}
