/**
 * src/bench/workers runs the deployed Workers on this machine, and stores files in their bucket without an origin.
 * @module
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleWorkers, compatibility } from './bundle.ts'

/** Workers with one bucket, each on its own port on loopback. */
export interface LoadWorkers {
  /** The edge Worker as it is deployed, with the plugin at `/cdn`. */
  readonly edge: string
  /** The transcoder Worker, which a deployment reaches only through the edge. */
  readonly transcoder: string
  /** A bare Worker that answers `GET /KEY` with that object and stores one by PUT. */
  readonly bare: string
  close(): Promise<void>
}

/** A minimal Worker that serves an object correctly: type, length, ETag, stream. */
const BARE_WORKER = `export default {
  async fetch(request, env) {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1))
    if (request.method === 'PUT') {
      await env.IMAGES.put(key, request.body)
      return new Response(null, { status: 204 })
    }
    const object = await env.IMAGES.get(key)
    if (object === null) return new Response(null, { status: 404 })
    const headers = { 'Content-Type': 'image/jpeg', 'Content-Length': String(object.size), ETag: object.httpEtag }
    return new Response(object.body, { headers })
  },
}`

/** The port of the discard service, RFC 863, which hardly any machine runs. */
const NO_ORIGIN = 'http://127.0.0.1:9'

/** The part of miniflare's interface that is used; wrangler depends on miniflare. */
interface Miniflare {
  readonly ready: Promise<URL>
  unsafeGetDirectURL(worker: string): Promise<URL>
  dispose(): Promise<void>
}

/**
 * Bundles the deployed Workers as `wrangler deploy` does, and runs them and the bare one in one process with one bucket.
 * @param root the folder with the wrangler files
 * @param origin address of the origin. @default an address where nothing listens
 * @param token of uploads. @default none: uploads are refused
 * @throws StrataError FILE_FAILED when wrangler is not installed or fails to bundle
 */
export async function startLoadWorkers(
  root: string,
  origin = NO_ORIGIN,
  token?: string,
): Promise<LoadWorkers> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-load-'))
  try {
    const bundles = await bundleWorkers(root, folder)
    const { Miniflare } = (await import(pathToFileURL(bundles.miniflare).href)) as {
      Miniflare: new (options: unknown) => Miniflare
    }
    const reachable = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] }
    const direct = { ...reachable, r2Buckets: { IMAGES: 'images' } }
    const miniflare = new Miniflare({
      host: '127.0.0.1',
      port: 0,
      workers: [
        {
          ...bundles.edge,
          ...direct,
          bindings: { STRATA_ENV: 'production', ORIGIN_URL: origin, ...(token && { UPLOAD_TOKEN: token }) },
          durableObjects: { LEASE: { className: 'TranscodeLease', useSQLite: true } },
          serviceBindings: { TRANSCODER: 'transcoder' },
        },
        { ...bundles.transcoder, ...reachable },
        {
          ...{ name: 'bare', ...direct, ...(await compatibility(join(root, 'wrangler.toml'))) },
          modules: [{ type: 'ESModule', path: 'bare.js', contents: BARE_WORKER }],
        },
      ],
    })
    await miniflare.ready
    const url = async (worker: string) => (await miniflare.unsafeGetDirectURL(worker)).origin
    const close = async () => {
      await miniflare.dispose()
      await rm(folder, { recursive: true, force: true })
    }
    return {
      edge: await url('edge'),
      transcoder: await url('transcoder'),
      bare: await url('bare'),
      close,
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
