import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { readHeader } from '../../src/format/reader.ts'
import { freePort } from '../free-port.ts'
import { fakeEncode, plainPng } from '../origin/fixtures.ts'
import { generator } from '../pictures.ts'
import { bundleProgram } from './bundle.ts'
import { startWorker } from './edge.ts'

/** `STRATA_KILLS=50` for the long run. */
const KILLS = Number(process.env.STRATA_KILLS ?? 5)
const UPLOADS = 4 * KILLS
const KEY = 'key of the kill test'
/** The queue waits 2, 4, 8 … seconds between attempts. */
const PATIENCE_MS = 60_000 + 6_000 * KILLS

/**
 * An origin that dies without a word, again and again, in the middle of its work. What was answered 202 must become the
 * picture that was sent, and nothing may be left over.
 */
it(
  `loses no upload while the origin is killed ${KILLS} times`,
  async () => {
    const port = await freePort()
    const origin = await killableOrigin(port)
    const edge = await startEdge(`http://127.0.0.1:${port}`)
    const random = generator(KILLS)

    const originals = new Map<string, Uint8Array<ArrayBuffer>>()
    const uploading = (async () => {
      for (let i = 0; i < UPLOADS; i++) {
        const png = await plainPng(40 + i, 30, `#${(0x100000 + 7919 * i).toString(16)}`)
        // Every fourth replaces one that may still be under way.
        const id = `picture-${i % 4 === 3 ? i - 1 : i}`
        const response = await edge.put(id, png)
        expect(response).toBe(202)
        originals.set(id, png)
        await sleep(400 * random())
      }
    })()
    let killedAtWork = 0
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(300 + 900 * random())
      if (await origin.killAndRestart()) killedAtWork++
    }
    await uploading
    expect(killedAtWork).toBeGreaterThan(0)

    const deadline = Date.now() + PATIENCE_MS
    for (const [id, png] of originals) {
      while ((await edge.stateOf(id)) !== 'ready') {
        expect(Date.now(), `${id} is ${await edge.stateOf(id)}`).toBeLessThan(deadline)
        await sleep(200)
      }
      const file = await edge.file(id)
      expect(readHeader(file).source.sha256).toBe(sha256(png).slice(0, 32))
      expect(sha256(file)).toBe(sha256(await expected(png)))
    }

    // A message that finds its upload done may still be on its way; only then is the sweep the last word.
    await edge.sweep()
    const keys = await edge.keys()
    expect(keys.filter((key) => key.startsWith('state/'))).toHaveLength(originals.size)
    expect(keys.filter((key) => key.startsWith('original/'))).toHaveLength(originals.size)
    expect(keys.filter((key) => key.startsWith('strata/'))).toHaveLength(originals.size)
  },
  30_000 + 2 * PATIENCE_MS,
)

/** What the origin makes of it when nobody disturbs it. */
async function expected(png: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { encodeOriginal, parseParameters } = await import('../../src/node/encode.ts')
  return await encodeOriginal(png.slice(), parseParameters({ coding: 'compass' }), { encode: fakeEncode })
}

async function startEdge(origin: string) {
  const miniflare = await startWorker(origin, KEY)
  onTestFinished(() => miniflare.dispose())
  const get = (path: string) => miniflare.dispatchFetch(`http://edge/cdn/img/${path}`)
  return {
    async put(id: string, body: Uint8Array<ArrayBuffer>): Promise<number> {
      const headers = { 'Content-Length': String(body.length) }
      const response = await miniflare.dispatchFetch(`http://edge/cdn/img/${id}?coding=compass`, {
        method: 'PUT',
        body,
        headers,
      })
      await response.arrayBuffer()
      return response.status
    },
    /** That of the last upload: while it is under way, an image that was ready before stays so. */
    async stateOf(id: string): Promise<unknown> {
      const info = (await (await get(`${id}.json`)).json()) as {
        state?: unknown
        replacing?: { state: unknown }
      }
      return info.replacing?.state ?? info.state
    },
    file: async (id: string) => new Uint8Array(await (await get(`${id}?f=native`)).arrayBuffer()),
    async sweep(): Promise<void> {
      const worker = await miniflare.getWorker()
      await worker.scheduled({ cron: '17 * * * *' })
    },
    async keys(): Promise<string[]> {
      const bucket = await miniflare.getR2Bucket('IMAGES')
      const { objects, truncated } = await bucket.list()
      expect(truncated).toBe(false)
      return objects.map(({ key }) => key)
    },
  }
}

async function killableOrigin(port: number) {
  const program = await bundleProgram('test/e2e/kill-origin.ts')
  let child = await start()
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await program.remove()
  })

  async function start(): Promise<ChildProcess> {
    const env = { ...process.env, ORIGIN_PORT: String(port), ORIGIN_KEY: KEY, ORIGIN_CONCURRENCY: '2' }
    const started = spawn(process.execPath, [program.path], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    await once(createInterface({ input: started.stdout }), 'line')
    return started
  }

  return {
    /** @returns whether it was encoding when it died */
    async killAndRestart(): Promise<boolean> {
      const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { active: number }
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      child = await start()
      return health.active > 0
    },
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
