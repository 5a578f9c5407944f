import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client } from '../../src/bench/faults/client.ts'
import { Cluster, TOKEN } from '../../src/bench/faults/cluster.ts'
import { History } from '../../src/bench/faults/history.ts'
import { findViolations, type Seen } from '../../src/bench/faults/invariants.ts'
import { fingerprint, type MadePicture, makePicture, recognize } from '../../src/bench/faults/pictures.ts'
import { settle } from '../../src/bench/faults/settle.ts'
import { Weather } from '../../src/bench/faults/weather.ts'
import { bundleWorkers } from '../../src/bench/workers/bundle.ts'
import { generator } from '../pictures.ts'
import { bundleProgram } from './bundle.ts'

/** For so long an isolate believes a record that it has read. */
const FRESH_MS = 1000
const QUERY = 'widths=48,96&coding=compass'
const HEADERS = { Authorization: `Bearer ${TOKEN}` }

let cluster: Cluster
let weather: Weather
const closing: (() => Promise<unknown>)[] = []

/** Three ready Workers, each in a workerd process of its own with caches of its own, over one bucket, one queue, one lease and one origin. */
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-isolates-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const program = await bundleProgram('src/cli/main.ts')
  closing.push(program.remove)
  const bundles = await bundleWorkers(fileURLToPath(new URL('../../', import.meta.url)), folder)
  weather = new Weather(generator(11))
  cluster = await Cluster.open({ bundles, program: program.path, edges: 3, weather, shared: true })
  closing.push(() => cluster.close())
  await cluster.start()
}, 240_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const urlAt = (edge: number, path: string) => cluster.urlOf(cluster.edges[edge % 3]!) + path

async function put(edge: number, id: string, { bytes }: MadePicture): Promise<void> {
  const init = { method: 'PUT', body: bytes, headers: HEADERS }
  const response = await fetch(urlAt(edge, `${id}?${QUERY}`), init)
  expect([response.status, await response.text()]).toEqual([202, expect.stringContaining(id)])
}

function recordOf(id: string): { readonly status: string; readonly sha256: string } {
  return JSON.parse(new TextDecoder().decode(cluster.bucket.objects.get(`state/${id}`)?.bytes))
}

/** @returns the time at which the record said that this picture is ready, and a little more */
async function ready(id: string, { sha256 }: MadePicture): Promise<number> {
  while (recordOf(id).status !== 'ready' || recordOf(id).sha256 !== sha256) await sleep(20)
  return Date.now()
}

/** Waits until the queue is empty. What waits there for the lease of another attempt comes at once. */
async function drained(): Promise<void> {
  for (; cluster.broker.length > 0; await sleep(50)) cluster.broker.hurry()
}

async function encodes(): Promise<number> {
  const metrics = await (await fetch(`${cluster.originUrl}/metrics`)).text()
  const count = /^strata_request_span_duration_seconds_count\{span="encode"\} (\d+)$/m.exec(metrics)?.[1]
  return Number(count)
}

async function pictureAt(edge: number, path: string) {
  const response = await fetch(urlAt(edge, path))
  const bytes = new Uint8Array(await response.arrayBuffer())
  const isMade = /cache;desc="miss"/.test(response.headers.get('Server-Timing') ?? '')
  return { status: response.status, bytes, isMade, etag: response.headers.get('ETag') }
}

const keysOf = (folder: string, id: string) => cluster.bucket.objects.keys(`${folder}/${id}/`)

describe('three workerd processes', { timeout: 240_000 }, () => {
  it('show what one of them replaced, each not later than it believes a record', async () => {
    const versions = [await makePicture(1, 120, 80), await makePicture(2, 120, 80)]
    const [before, after] = versions as [MadePicture, MadePicture]
    await put(0, 'fresh', before)
    await ready('fresh', before)
    const versionAt = async (edge: number) => {
      const { status, bytes } = await pictureAt(edge, 'fresh?w=64&f=webp')
      expect(status).toBe(200)
      return recognize(await fingerprint(bytes), versions)
    }
    for (const edge of [0, 1, 2]) expect(await versionAt(edge)).toBe(0)

    await put(1, 'fresh', after)
    let since = Number.POSITIVE_INFINITY
    const replaced = ready('fresh', after).then((time) => {
      since = time
    })
    await Promise.all(
      [0, 1, 2].map(async (edge) => {
        for (;;) {
          const asked = Date.now()
          const version = await versionAt(edge)
          // Until then the old one is shown, and never nothing.
          expect(version).toBeTypeOf('number')
          if (asked > since + FRESH_MS) return expect(version).toBe(1)
          await sleep(50)
        }
      }),
    )
    await replaced
  })

  it('have a picture encoded once that all of them get at once', async () => {
    const picture = await makePicture(3, 120, 80)
    const before = await encodes()
    await Promise.all(Array.from({ length: 9 }, (_, i) => put(i, 'once', picture)))
    await ready('once', picture)
    await drained()
    expect((await encodes()) - before).toBe(1)
    // What the others stored is removed behind their answers.
    await expect.poll(() => keysOf('original', 'once')).toHaveLength(1)
    expect(keysOf('strata', 'once')).toHaveLength(1)
  })

  it('make a picture once that all of them are asked for at once, and promote it once', async () => {
    const picture = await makePicture(4, 120, 80)
    await put(2, 'hot', picture)
    await ready('hot', picture)
    const answers = await Promise.all(Array.from({ length: 9 }, (_, i) => pictureAt(i, 'hot?w=64&f=webp')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ etag }) => etag)).size).toBe(1)
    await expect.poll(() => keysOf('picture', 'hot')).toHaveLength(1)
    const [key = ''] = keysOf('picture', 'hot')
    // Two found it that had not made it, which is enough to promote it.
    const isPromoted = () => cluster.bucket.objects.get(key)?.headers['x-amz-meta-made']
    await expect.poll(isPromoted, { timeout: 60_000 }).toBe('promoted')
    await drained()
    expect(cluster.bucket.objects.writesOf(key)).toBe(2)
  })

  it('keep bytes and versions apart while one replaces and another deletes what the third reads', async () => {
    const random = generator(7)
    const client = new Client(cluster, random)
    const history = new History('torn')
    const seen: Seen[] = []
    let isOver = false
    const readers = [1, 2].map(async () => {
      while (!isOver) seen.push(...[await client.look(history)].filter((answer) => answer !== undefined))
    })
    for (let version = 0; version < 4; version++) {
      const picture = await makePicture(10 + version, 120, 80)
      await client.put(history, history.add(picture))
      await ready('torn', picture)
      if (version === 1) await client.delete(history)
    }
    isOver = true
    await Promise.all(readers)
    expect(history.writes.map(({ ending }) => ending)).toEqual(Array(5).fill('accepted'))
    expect(
      new Set(seen.filter(({ status }) => status === 200).map(({ version }) => version)).size,
    ).toBeGreaterThan(1)

    // The other processes still believe the record of before.
    await sleep(FRESH_MS)
    const image = await client.final(history)
    await client.delete(history)
    await sleep(FRESH_MS)
    for (const edge of [0, 1, 2]) expect((await pictureAt(edge, 'torn?w=64&f=webp')).status).toBe(404)
    const { objects } = cluster.bucket
    await expect.poll(() => objects.keys().filter((key) => key.split('/')[1] === 'torn')).toEqual([])
    const kept = new Map(objects.keys().map((key) => [key, objects.get(key)!.bytes]))
    const { crashes } = cluster
    expect(image).toMatchObject({ state: 'ready', served: { file: 3, pixels: 3 } })
    expect(findViolations({ seen, images: [], objects: kept, crashes })).toEqual([])
  })

  it('go on without the process that holds the leases', async () => {
    const picture = await makePicture(5, 120, 80)
    await put(1, 'leaderless', picture)
    await ready('leaderless', picture)
    await cluster.edges[0]!.kill()
    const answers = await Promise.all([1, 2, 1, 2].map((edge) => pictureAt(edge, 'leaderless?w=64&f=webp')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await cluster.start()
    expect((await pictureAt(0, 'leaderless?w=64&f=webp')).status).toBe(200)
  })

  it.each([
    { bucket: 'fail' },
    { bucket: 'fail-after' },
    { bucket: 'half' },
    { bucket: 'full' },
    { queue: 'refuse' },
    { queue: 'duplicate' },
  ] as const)('keep what they accepted, whole and once, beside a %j', async (fault) => {
    const client = new Client(cluster, generator(13))
    const name = Object.values(fault).join()
    const histories = [1, 2].map((i) => new History(`beside-${name}-${i}`))
    const upload = async (history: History, seed: number) =>
      await client.put(history, history.add(await makePicture(seed, 120, 80)))
    // One image is there already, and is replaced.
    await upload(histories[0]!, 20)
    await ready(histories[0]!.id, histories[0]!.pictures[0]!)
    weather.set(fault)
    await Promise.all(histories.map((history, i) => upload(history, 21 + i)))
    const seen: Seen[] = []
    for (const history of [...histories, ...histories])
      seen.push(...[await client.look(history)].filter((answer) => answer !== undefined))
    weather.clear()
    // Who was not told that it was accepted sends it again, as `strata upload` does.
    for (const history of histories) {
      if (history.writes.at(-1)?.ending === 'unknown') await client.put(history, history.pictures.length - 1)
    }
    const hurrying = setInterval(() => cluster.broker.hurry(), 100)
    const evidence = await settle(cluster, client, { histories, seen })
    clearInterval(hurrying)
    expect(findViolations(evidence)).toEqual([])
    expect(evidence.images.map(({ state, replacing }) => [state, replacing])).toEqual(
      Array(2).fill(['ready', undefined]),
    )
  })
})
