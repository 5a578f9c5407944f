import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { basename, extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { listenOnLoopback } from '../../node/listen.ts'
import { type LinkOptions, SlowLink } from './link.ts'

/** Kinds of bytes. `models` and `runtime` (worker and kernels) are fetched once and cached. */
const KINDS = ['page', 'library', 'runtime', 'models', 'pictures'] as const
type Kind = (typeof KINDS)[number]
export type Bytes = Readonly<Record<Kind, number>>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.pack': 'application/octet-stream',
  '.wasm': 'application/wasm',
}
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Headers of the edge's responses that matter to a browser. */
const PASSED = ['content-type', 'cache-control', 'etag', 'content-range', 'accept-ranges', 'vary']

export interface Site {
  readonly url: string
  /** Bytes of bodies sent since the last call. Of an aborted response only the sent part counts. */
  take(): Bytes
  close(): Promise<void>
}

interface SiteOptions {
  readonly link: LinkOptions
  /** Folder of the built browser library. */
  readonly library: string
  /** Address to which requests below `/cdn/` are forwarded. */
  readonly edge: string
  /** Pages and AVIF files by their path. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
}

/** Starts a site on one origin behind one slow link. Text, models and code are compressed and immutable, as on a CDN. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const link = new SlowLink(options.link)
  const library = new Map<string, Uint8Array>()
  let counted = nothing()
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const port = await listenOnLoopback(server)

  // `bytes[kind] += await …` would add to a stale value, because several bodies are sent concurrently.
  function count(kind: Kind, bytes: number): void {
    counted[kind] += bytes
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    // Pages of many pictures show each under several addresses.
    const own = options.files.get(path.replace(/[?&]n=\d+$/, ''))
    if (!own && path.startsWith('/cdn/')) return await passOn(path, request, response)
    const isLibrary = path.startsWith('/client/')
    const isText = isLibrary || typeof own === 'string'
    const body = isLibrary ? await compressed(basename(path)) : typeof own === 'string' ? gzip(own) : own
    if (body === undefined) return void response.writeHead(404).end()
    response.writeHead(200, {
      'Content-Type': own instanceof Uint8Array ? 'image/avif' : (TYPES[extname(path)] ?? TYPES['.html']),
      'Content-Length': body.length,
      'Cache-Control': isLibrary || own instanceof Uint8Array ? FOR_EVER : 'no-cache',
      ...(isText && { 'Content-Encoding': 'gzip' }),
    })
    count(kindOf(path), await link.send(response, body))
  }

  async function passOn(path: string, { headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = ['accept', 'range', 'if-range', 'if-none-match'].flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value] as [string, string]] : []
    })
    const got = await fetch(`${options.edge}${path}`, { headers: wanted })
    const body = new Uint8Array(await got.arrayBuffer())
    const passed = PASSED.flatMap((name) => {
      const value = got.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    response.writeHead(got.status, { ...Object.fromEntries(passed), 'Content-Length': body.length })
    count('pictures', await link.send(response, body))
  }

  async function compressed(name: string): Promise<Uint8Array | undefined> {
    const known = library.get(name)
    if (known) return known
    const plain = await readFile(join(options.library, name)).catch(() => undefined)
    const made = plain && gzip(plain)
    if (made) library.set(name, made)
    return made
  }

  return {
    url: `http://127.0.0.1:${port}`,
    take() {
      const taken = counted
      counted = nothing()
      return taken
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function kindOf(path: string): Kind {
  if (/^\/(avif|cdn)\//.test(path)) return 'pictures'
  if (!path.startsWith('/client/')) return 'page'
  if (path.endsWith('index.js')) return 'library'
  return /worker\.js|kernels\.wasm/.test(path) ? 'runtime' : 'models'
}

function gzip(content: string | Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(content, { level: 9 }))
}

function nothing(): Record<Kind, number> {
  return { page: 0, library: 0, runtime: 0, models: 0, pictures: 0 }
}
