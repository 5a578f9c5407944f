import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare, Response, type WorkerOptions } from 'miniflare'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { encodeOriginal, parseParameters } from '../../src/node/encode.ts'
import { fakeEncode, plainPng } from '../origin/fixtures.ts'
import { bundleWorker } from './bundle.ts'

const VARIANTS = 50
const REQUESTS = 300

let worker = ''
beforeAll(async () => {
  worker = await bundleWorker('test/edge/lease-worker.ts')
})

interface Transcode {
  readonly search: string
  /** Answers in place of the transcoder. */
  readonly answer: () => Response
}

/**
 * Two Workers, hence two isolates, over one bucket, one Durable Object and one transcoder, which counts. Its JPEGs spell
 * out what they are of.
 * @param transcode what the transcoder answers, after a while; by default what it is asked for
 */
async function startEdges({
  leased = true,
  names = ['a', 'b'],
  dead = [] as string[],
  transcode = ({ answer }: Transcode, _nth: number): Response | Promise<Response> => answer(),
} = {}) {
  const transcodes: string[] = []
  const edges = names.map((name): WorkerOptions => {
    const isDead = dead.includes(name)
    return {
      name,
      modules: [{ type: 'ESModule', path: 'index.js', contents: worker }],
      compatibilityDate: '2026-04-01',
      compatibilityFlags: ['nodejs_compat'],
      r2Buckets: { IMAGES: 'images' },
      bindings: { DEAD: isDead },
      ...(leased && { durableObjects: { LEASE: { className: 'TranscodeLease', scriptName: names[0] } } }),
      serviceBindings: {
        async ORIGIN(request) {
          const bytes = new Uint8Array(await request.arrayBuffer())
          return new Response(
            await encodeOriginal(bytes, parseParameters({ coding: 'compass' }), { encode: fakeEncode }),
          )
        },
        async TRANSCODER(request) {
          const { search } = new URL(request.url)
          transcodes.push(search)
          if (isDead) return await new Promise(() => {})
          const picture = Buffer.from(await request.arrayBuffer()).toString('hex')
          await sleep(100)
          return await transcode(
            { search, answer: () => new Response(`${search} ${picture}`) },
            transcodes.length,
          )
        },
      },
    }
  })
  const miniflare = new Miniflare({ workers: edges as [WorkerOptions] })
  onTestFinished(() => miniflare.dispose())
  await miniflare.ready
  const workers = await Promise.all(names.map((name) => miniflare.getWorker(name)))
  return {
    transcodes,
    async get(edge: number, path: string, init: RequestInit = {}) {
      const response = await workers[edge]!.fetch(`http://edge/cdn/img/${path}`, init as object)
      const body = Buffer.from(await response.arrayBuffer()).toString('latin1')
      return { status: response.status, headers: response.headers, body }
    },
    async put(id: string, colour: string): Promise<void> {
      const body = await plainPng(900, 300, colour)
      const headers = { 'Content-Length': String(body.length) }
      const url = `http://edge/cdn/img/${id}`
      expect((await workers[0]!.fetch(url, { method: 'PUT', body, headers })).status).toBe(202)
      while ((await workers[0]!.fetch(`${url}.json`)).status === 202) await sleep(20)
    },
    async kept(): Promise<number> {
      const bucket = await miniflare.getR2Bucket('IMAGES', names[0])
      return (await bucket.list({ prefix: 'picture/' })).objects.length
    },
  }
}

describe('two isolates with a lease', () => {
  it(`decode once for ${REQUESTS} requests at once, 304 and HEAD never`, async () => {
    const { get, put, transcodes, kept } = await startEdges()
    await put('rush', 'teal')
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, (_, i) => get(i % 2, 'rush?w=320&ht=1')),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(transcodes).toHaveLength(1)
    expect(await kept()).toBe(1)

    const etag = answers[0]?.headers.get('ETag') ?? ''
    for (const edge of [0, 1]) {
      const fresh = await get(edge, 'rush?w=320&ht=1', { headers: { 'If-None-Match': etag } })
      expect(fresh.status).toBe(304)
      expect((await get(edge, 'rush?w=320&q=3&ht=1', { method: 'HEAD' })).status).toBe(200)
    }
    expect(transcodes).toHaveLength(1)
  })

  it(`give ${VARIANTS} variants each their own picture, decoded once`, async () => {
    const { get, put, transcodes } = await startEdges()
    await Promise.all([put('many-0', 'red'), put('many-1', 'lime')])
    const variants = Array.from({ length: VARIANTS }, (_, i) => ({
      id: `many-${i % 2}`,
      path: `many-${i % 2}?w=${i % 4 < 2 ? 320 : 640}&q=${5 + 5 * Math.floor(i / 4)}&ht=1`,
      asks: `&q=${5 + 5 * Math.floor(i / 4)}&ht=1`,
    }))
    const asked = Array.from({ length: REQUESTS }, (_, i) => ({
      ...variants[(i * 7) % VARIANTS]!,
      edge: i % 2,
    }))
    const bodies = await Promise.all(asked.map(async ({ edge, path }) => (await get(edge, path)).body))
    const native = async (id: string) => Buffer.from((await get(0, `${id}?f=native`)).body, 'latin1')
    const files = new Map<string, string>()
    for (const id of ['many-0', 'many-1']) files.set(id, (await native(id)).toString('hex'))
    for (const [i, { id, asks }] of asked.entries()) {
      const [search, prefix = ''] = bodies[i]!.split(' ')
      expect(search).toContain(`${asks}&cost=`)
      expect(prefix.length > 0 && files.get(id)?.startsWith(prefix)).toBe(true)
    }
    expect(new Set(bodies).size).toBe(VARIANTS)
    expect(transcodes).toHaveLength(VARIANTS)
  })

  it('do not wait for a leader that was killed for longer than its lease', async () => {
    const { get, put, transcodes } = await startEdges({ names: ['a', 'b', 'killed'], dead: ['killed'] })
    await put('orphan', 'navy')
    void get(2, 'orphan?w=320&ht=1').catch(() => undefined)
    while (transcodes.length === 0) await sleep(10)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => get(i % 2, 'orphan?w=320&ht=1')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(transcodes).toHaveLength(2)
  })

  it('go on when the client of the leader goes away', async () => {
    const { get, put, transcodes } = await startEdges()
    await put('left', 'gold')
    const client = new AbortController()
    const leader = get(0, 'left?w=320&ht=1', { signal: client.signal }).catch(() => 'gone')
    while (transcodes.length === 0) await sleep(5)
    const followers = [1, 0, 1].map((edge) => get(edge, 'left?w=320&ht=1'))
    client.abort()
    expect(await leader).toBe('gone')
    const answers = await Promise.all(followers)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(transcodes).toHaveLength(1)
  })

  it('go on when the leader fails', async () => {
    const { get, put, transcodes } = await startEdges({
      transcode: ({ answer }, nth) => (nth === 1 ? new Response('no', { status: 500 }) : answer()),
    })
    await put('failing', 'olive')
    const leader = get(0, 'failing?w=320&ht=1')
    while (transcodes.length === 0) await sleep(5)
    const follower = await get(1, 'failing?w=320&ht=1')
    expect((await leader).status).toBe(502)
    expect(follower.status).toBe(200)
    expect(transcodes).toHaveLength(2)
  })
})

it('without a lease each isolate decodes for itself', async () => {
  const { get, put, transcodes } = await startEdges({ leased: false })
  await put('alone', 'plum')
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => get(i % 2, 'alone?w=320&ht=1')))
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  expect(transcodes).toHaveLength(2)
})
