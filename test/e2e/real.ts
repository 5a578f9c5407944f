import { type ChildProcess, spawn } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare, type Request, Response } from 'miniflare'
import sharp from 'sharp'
import { transcodeParts } from '../../src/bench/transcode-parts.ts'
import { createTranscodeApp } from '../../src/edge/transcoder/app.ts'
import { createRuntime } from '../../src/node/compose.ts'
import { freePort } from '../free-port.ts'
import { photo } from '../pictures.ts'
import { bundleProgram, bundleWorker } from './bundle.ts'

// As KEEP_CONNECTIONS of src/cli/start does it: the transcoder holds this process up, and then a queue would stop.
subscribe('http.server.request.start', (message) => {
  ;(message as { server: Server }).server.keepAliveTimeout = 0
})

const QUEUE = {
  queueProducers: { JOBS: 'strata-jobs' },
  queueConsumers: { 'strata-jobs': { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 20 } },
}

/** `strata serve` as a process of its own: the real codec and sharp. */
export interface OriginProcess {
  readonly url: string
  /** By SIGKILL. */
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startOrigin(): Promise<OriginProcess> {
  const program = await bundleProgram('src/cli/main.ts')
  const port = String(await freePort())
  let child: ChildProcess | undefined
  async function start(): Promise<void> {
    const argv = [program.path, 'serve', '--port', port]
    child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(createInterface({ input: child.stdout! }), 'line')
  }
  async function kill(): Promise<void> {
    if (child === undefined) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    child = undefined
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    kill,
    restart: start,
    async stop() {
      await kill()
      await program.remove()
    },
  }
}

/** An application of this process behind a service binding. */
export function serviceOf(app: ReturnType<typeof createTranscodeApp>) {
  return async (request: Request): Promise<Response> => {
    const { url, method } = request
    const body = method === 'POST' ? { body: await request.arrayBuffer() } : {}
    const answer = await app.request(url, { method, ...body })
    const headers = Object.fromEntries(answer.headers)
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers })
  }
}

/**
 * The ready Worker in workerd, and the real transcoder in this process behind its service binding.
 * @param variables further ones; where they name an S3 bucket, no R2 bucket of images is bound
 */
export async function startEdge(origin: string, variables: Readonly<Record<string, string>> = {}) {
  const transcoder = createTranscodeApp(transcodeParts(await createRuntime('wasm')))
  const worker = new Miniflare({
    name: 'edge',
    port: 0,
    modules: [{ type: 'ESModule', path: 'index.js', contents: await bundleWorker('src/worker.ts') }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: { ORIGIN_URL: origin, STRATA_ENV: 'development', ...variables },
    r2Buckets: variables.S3_BUCKET === undefined ? ['IMAGES', 'MEDIA'] : ['MEDIA'],
    ...QUEUE,
    durableObjects: { LEASE: { className: 'TranscodeLease', useSQLite: true } },
    serviceBindings: {
      TRANSCODER: serviceOf(transcoder),
    },
  })
  const { href } = await worker.ready
  return { url: `${href}cdn/img/`, worker, stop: () => worker.dispose() }
}

/** A PNG like a photograph, mostly of one colour, so that two of them are told apart however they are compressed. */
export async function tinted(colour: 'red' | 'blue', width = 400, height = 267) {
  const { data } = photo(width, height, colour === 'red' ? 1 : 2)
  const kept = colour === 'red' ? 0 : 2
  const pixels = data.map((value, i) => (i % 3 === kept ? 128 + (value >> 1) : value >> 1))
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  return new Uint8Array(png)
}

/** A PNG whose header is whole and whose pixels are not. */
export async function broken(): Promise<Uint8Array<ArrayBuffer>> {
  const whole = await tinted('blue')
  return whole.slice(0, whole.length >> 1)
}

export interface InfoJson {
  readonly state: 'queued' | 'encoding' | 'ready' | 'failed'
  readonly replacing?: { readonly state: string; readonly error?: { readonly code: string } }
}

export async function put(address: string, body: Uint8Array<ArrayBuffer>): Promise<number> {
  const response = await fetch(`${address}?widths=200,400`, { method: 'PUT', body })
  await response.body?.cancel()
  return response.status
}

/** Waits until the info JSON says so. */
export async function until(address: string, isIt: (info: InfoJson) => boolean): Promise<InfoJson> {
  for (;;) {
    const info = (await (await fetch(`${address}.json`)).json()) as InfoJson
    if (isIt(info)) return info
    await sleep(100)
  }
}
