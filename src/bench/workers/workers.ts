/**
 * src/bench/workers runs the deployed Workers on this machine, and stores files in their bucket without an origin.
 * @module
 */

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire as requireFrom } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { StrataError } from '../../core/errors.ts'

/** Two Workers with one bucket, each on its own port on loopback. */
export interface LoadWorkers {
  /** The edge Worker as it is deployed, with the plugin at `/cdn`. */
  readonly edge: string
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

/** workerd's module type by file extension. */
const MODULE_TYPES: Readonly<Record<string, string>> = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.bin': 'Data',
  '.html': 'Text',
}

/** The part of miniflare's interface that is used here; wrangler depends on miniflare. */
interface Miniflare {
  readonly ready: Promise<URL>
  unsafeGetDirectURL(worker: string): Promise<URL>
  dispose(): Promise<void>
}

/**
 * Bundles the deployed Workers as `wrangler deploy` does, and runs them and the bare one in one process with one bucket.
 * @param root the folder with the wrangler files
 * @param origin address of the origin. @default one where nothing listens
 * @param token that uploads need. @default none: they are refused
 * @throws StrataError FILE_FAILED when wrangler is not installed or fails to bundle
 */
export async function startLoadWorkers(
  root: string,
  origin = NO_ORIGIN,
  token?: string,
): Promise<LoadWorkers> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-load-'))
  try {
    const { Miniflare, wrangler } = await loadWrangler(root)
    const bundle = async (config: string, name: string) => {
      await deployDry(wrangler, root, config, join(folder, name))
      return { name, ...(await modulesOf(join(folder, name))), ...(await compatibility(join(root, config))) }
    }
    const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }], r2Buckets: { IMAGES: 'images' } }
    const miniflare = new Miniflare({
      host: '127.0.0.1',
      port: 0,
      workers: [
        {
          ...(await bundle('wrangler.toml', 'edge')),
          ...direct,
          bindings: { STRATA_ENV: 'production', ORIGIN_URL: origin, ...(token && { UPLOAD_TOKEN: token }) },
          durableObjects: { LEASE: { className: 'TranscodeLease', useSQLite: true } },
          serviceBindings: { TRANSCODER: 'transcoder' },
        },
        await bundle('wrangler.transcoder.toml', 'transcoder'),
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
    return { edge: await url('edge'), bare: await url('bare'), close }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function loadWrangler(root: string) {
  try {
    const packageJson = requireFrom(join(root, 'package.json')).resolve('wrangler/package.json')
    const path = requireFrom(packageJson).resolve('miniflare')
    const { Miniflare } = (await import(pathToFileURL(path).href)) as {
      Miniflare: new (options: unknown) => Miniflare
    }
    return { Miniflare, wrangler: join(dirname(packageJson), 'bin', 'wrangler.js') }
  } catch (cause) {
    throw new StrataError('FILE_FAILED', 'wrangler is not installed: npm install --save-dev wrangler', {
      cause,
    })
  }
}

async function deployDry(wrangler: string, cwd: string, config: string, outdir: string): Promise<void> {
  const argv = [wrangler, 'deploy', '--dry-run', '-c', config, '--outdir', outdir]
  const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' }
  await promisify(execFile)(process.execPath, argv, { cwd, env }).catch((cause: Error) => {
    throw new StrataError('FILE_FAILED', `wrangler does not bundle ${config}: ${cause.message}`, { cause })
  })
}

/** The modules of a bundle, its script first, because workerd takes the first as the entry. */
async function modulesOf(folder: string) {
  const names = (await readdir(folder)).filter((name) => extname(name) in MODULE_TYPES)
  names.sort((a, b) => Number(extname(b) === '.js') - Number(extname(a) === '.js'))
  const modules = names.map((name) => ({ type: MODULE_TYPES[extname(name)], path: join(folder, name) }))
  return { modulesRoot: folder, modules }
}

async function compatibility(config: string) {
  const text = await readFile(config, 'utf8')
  const compatibilityDate = /^compatibility_date = "(.+)"/m.exec(text)?.[1]
  if (compatibilityDate === undefined)
    throw new StrataError('FILE_FAILED', `${config}: no compatibility_date`)
  const flags = /^compatibility_flags = \[(.*)\]/m.exec(text)?.[1] ?? ''
  return { compatibilityDate, compatibilityFlags: [...flags.matchAll(/"(.+?)"/g)].map(([, flag]) => flag) }
}
