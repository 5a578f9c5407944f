/** The files of the browser library: a binding to Workers' static assets. */
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
 * Answers with one file of the browser library and the headers that pages of other origins, and pages with
 * `Cross-Origin-Embedder-Policy`, need to use it. File names stay the same from version to version, so browsers revalidate
 * them by ETag; the library keeps models by their SHA-256.
 * @param name of the file, without a folder
 */
export async function clientFile(files: StaticFiles, request: Request, name: string): Promise<Response> {
  const type = TYPES[name.split('.').at(-1) ?? '']
  if (type === undefined || name.includes('/')) return new Response(null, { status: 404 })
  const asset = await files.fetch(new Request(new URL(`/${name}`, request.url), request))
  const headers = new Headers(asset.headers)
  headers.set('Access-Control-Allow-Origin', '*')
  headers.set('Cache-Control', 'public, max-age=0, must-revalidate')
  headers.set('Content-Type', type)
  // A web worker has the policy of its own script. This one decodes and fetches images, and does nothing else.
  headers.set(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *",
  )
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
  // It is for the pages of the site, which lie above this folder.
  if (name === 'service-worker.js') headers.set('Service-Worker-Allowed', '/')
  headers.set('X-Content-Type-Options', 'nosniff')
  return new Response(asset.body, { status: asset.status, headers })
}
