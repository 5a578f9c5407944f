import { Hono } from 'hono'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { MemoryStore } from '../../../src/bench/http-fuzz/memory-store.ts'
import type { ReadyState } from '../../../src/edge/store/state.ts'
import { ImageStore } from '../../../src/edge/store/store.ts'
import { type ImageCdnOptions, imageCdn, serviceTranscoder } from '../../../src/index.ts'

const BROWSER = { Accept: 'image/avif,image/webp,image/*,*/*;q=0.8' }
const LATER = () => Date.now() + 600_000

const bucket = new MemoryStore()
const store = new ImageStore(bucket)
// The cast keeps the compiler, which has the types of Workers here, from following the import.
const parts = (await import('../../e2e/in-process.ts' as string)) as Record<
  'originApp' | 'transcoderApp',
  () => Promise<Hono>
>
const [origin, transcoder] = await Promise.all([parts.originApp(), parts.transcoderApp()])

/** Edges over one bucket, each of which lacks something. */
const EDGES = {
  'without a transcoder': { transcoder: () => undefined },
  'without a transcoder, which sends originals': { transcoder: () => undefined, serveOriginal: true },
  'without an origin': { origin: () => ({ url: 'http://origin.invalid', fetch: unreachable }) },
  'without both': {
    origin: () => ({ url: 'http://origin.invalid', fetch: unreachable }),
    transcoder: () => undefined,
  },
  'without a transcoder, whose origin refuses, which sends originals': {
    origin: () => ({ url: 'http://origin.invalid', fetch: refuse }),
    transcoder: () => undefined,
    serveOriginal: true,
  },
} as const satisfies Record<string, Partial<ImageCdnOptions>>

async function unreachable(): Promise<Response> {
  throw new TypeError('connect ECONNREFUSED')
}

/** What the origin says of a box that it does not make. */
async function refuse(): Promise<Response> {
  const error = { code: 'PARAM_INVALID', message: 'w: expected a smaller box' }
  return Response.json({ error }, { status: 400 })
}

function edgeOf(options: Partial<ImageCdnOptions>) {
  const all: ImageCdnOptions = {
    bucket: () => bucket,
    origin: () => ({ url: 'http://origin.invalid', fetch: async (request) => await origin.fetch(request) }),
    transcoder: () => serviceTranscoder({ fetch: async (request) => await transcoder.fetch(request) }),
    development: () => true,
    ...options,
  }
  return new Hono().route('/cdn', imageCdn(all))
}

/** A drawing, which is stored as layers that are pictures, so that the transcoder decodes it whoever encoded it. */
async function drawing(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="240"><rect width="400" height="240" fill="#246"/>
    <circle cx="110" cy="90" r="60" fill="#fc3"/><path d="M0 200 L200 60 L400 220" stroke="#e33" fill="none" stroke-width="9"/></svg>`
  return await sharp(Buffer.from(svg)).removeAlpha().png().toBuffer()
}

let drawn: ReadyState
beforeAll(async () => {
  const edge = edgeOf({})
  const body = new Uint8Array(await drawing())
  const headers = { 'Content-Length': String(body.length) }
  expect((await edge.request('/cdn/img/drawn', { method: 'PUT', body, headers })).status).toBe(202)
  for (
    let state = (await store.readState('drawn'))?.state;
    ;
    state = (await store.readState('drawn'))?.state
  ) {
    if (state?.status === 'ready') {
      drawn = state
      return
    }
    if (state?.status === 'failed') throw new Error(state.error.message)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})

/** Images like the drawn one, in this state, each of which is asked for only once: an answer may change them. */
const STATES: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  ready: (id) => store.writeState(id, drawn),
  'that is not ready': (id) => {
    const { token, uploaded, sha256, params, original = '' } = drawn
    const upload = { token, uploaded, sha256, params, original }
    return store.writeState(id, { ...upload, status: 'encoding', attempt: 1, leaseUntil: LATER() })
  },
  'whose file is damaged': async (id) => {
    const file = `strata/${id}/damaged-1`
    const whole = await bucket.get(drawn.file)
    await bucket.put(file, ((await whole?.bytes()) ?? new Uint8Array()).subarray(0, 40))
    await store.writeState(id, { ...drawn, file })
  },
  'that failed': (id) => {
    const { token, uploaded, sha256, params } = drawn
    const error = { code: 'INPUT_CORRUPT', message: 'picture: cut' } as const
    return store.writeState(id, { token, uploaded, sha256, params, status: 'failed', error })
  },
  'that was deleted': async (id) => {
    await store.writeState(id, { ...drawn, file: `strata/${id}/t-1`, original: `original/${id}/t` })
    await store.removeImage(id)
  },
}

const QUERIES = [
  '',
  'w=100',
  'w=999999&ar=1:50',
  'w=9000&h=9000&fit=contain&bg=ffffff&f=webp',
  'h=1&ar=0.02&dpr=0.0001',
  'f=png&w=65535',
  'f=avif&w=20000&h=20000&fit=cover',
  'w=120&h=90&fit=cover&focus=0.1,0.9',
  'w=120&h=90&fit=cover&focus=2,2',
  'w=0',
  'f=native',
  'f=native&w=100',
]

let images = 0

/** What is answered to one request for an image of its own: status and headers, in which every image has one name. */
async function ask(edge: Hono, method: string, state: string, query: string) {
  const id = `odd-${images++}`
  await STATES[state]?.(id)
  const answer = await edge.request(`/cdn/img/${id}?${query}`, { method, headers: BROWSER })
  const body = await answer.arrayBuffer()
  const headers = new Map([...answer.headers].map(([name, value]) => [name, value.replaceAll(id, 'ID')]))
  headers.delete('server-timing')
  return { status: answer.status, headers, bytes: body.byteLength }
}

const CASES = Object.keys(STATES).flatMap((state) => {
  // What is not there is so for every size.
  const queries = /failed|deleted/.test(state) ? QUERIES.slice(0, 2) : QUERIES
  return queries.map((query) => [state, query] as const)
})

describe.each(Object.entries(EDGES))('HEAD at an edge %s', (_name, options) => {
  it.each(CASES)('is as GET of an image %s by ?%s', async (state, query) => {
    const edge = edgeOf(options)
    const get = await ask(edge, 'GET', state, query)
    const head = await ask(edge, 'HEAD', state, query)
    expect(head.bytes).toBe(0)
    // The length may be missing (RFC 9110 §9.3.2).
    if (!head.headers.has('content-length')) get.headers.delete('content-length')
    expect({ status: head.status, headers: Object.fromEntries(head.headers) }).toEqual({
      status: get.status,
      headers: Object.fromEntries(get.headers),
    })
    expect(get.status).not.toBe(500)
  })
})
