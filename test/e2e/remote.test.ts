import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare, type Request, Response } from 'miniflare'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readHeader } from '../../src/format/reader.ts'
import { encodeOriginal, parseParameters } from '../../src/node/encode.ts'
import { SIGNATURE } from '../../src/pixels/png/chunks.ts'
import { fakeEncode, plainPng } from '../origin/fixtures.ts'
import { bundleWorker } from './bundle.ts'

const TOKEN = 'upload-token'
const png = await plainPng(64, 48, 'teal')
const picture = (headers = {}) => new Response(png, { headers: { 'Content-Type': 'image/png', ...headers } })
const redirect = (location: string, status = 302) =>
  new Response(null, { status, headers: { Location: location } })

let script = ''
beforeAll(async () => {
  script = await bundleWorker('src/worker.ts')
})

/** The ready Worker, whose outside world is `world`: what is asked for by URL, and what it answers. */
async function startEdge(
  world: (request: Request, url: URL) => Response | Promise<Response>,
  hosts = 'img.example.com, *.cdn.example.com',
) {
  const asked: { readonly url: string; readonly headers: Record<string, string> }[] = []
  const edge = new Miniflare({
    modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    r2Buckets: ['IMAGES'],
    bindings: { ORIGIN_URL: 'http://origin.example.net', REMOTE_HOSTS: hosts, UPLOAD_TOKEN: TOKEN },
    async outboundService(request) {
      const url = new URL(request.url)
      if (url.hostname === 'origin.example.net') {
        const bytes = new Uint8Array(await request.arrayBuffer())
        return new Response(
          await encodeOriginal(bytes, parseParameters({ coding: 'compass' }), { encode: fakeEncode }),
        )
      }
      asked.push({ url: url.href, headers: Object.fromEntries(request.headers) })
      return await world(request, url)
    },
  })
  onTestFinished(() => edge.dispose())
  const ask = (path: string, init = {}) =>
    edge.dispatchFetch(`http://edge/cdn/img/${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${TOKEN}` },
    })
  return {
    asked,
    async put(id: string, url: string, body?: string) {
      const path = `${id}?url=${encodeURIComponent(url)}`
      const response = await ask(path, { method: 'PUT', ...(body && { body }) })
      const answer = (await response.json()) as { error?: { code: string; message: string } }
      return { status: response.status, code: answer.error?.code, message: answer.error?.message }
    },
    async ready(id: string): Promise<Uint8Array> {
      while ((await ask(`${id}.json`)).status === 202) await sleep(20)
      return new Uint8Array(await (await ask(`${id}?f=native`)).arrayBuffer())
    },
    async keys(): Promise<string[]> {
      const { objects } = await (await edge.getR2Bucket('IMAGES')).list()
      return objects.map(({ key }) => key)
    },
  }
}

describe('a picture of another host', () => {
  it('is uploaded by its address, once, and nothing of the uploader goes along', async () => {
    const { put, ready, asked, keys } = await startEdge(() => picture())
    expect((await put('remote', 'https://img.example.com/a.png?b=1#c')).status).toBe(202)
    const { source } = readHeader(await ready('remote'))
    expect([source.width, source.height]).toEqual([64, 48])
    expect((await put('remote', 'https://a.cdn.example.com/copy.png')).status).toBe(202)
    expect(asked.map(({ url }) => url)).toEqual([
      'https://img.example.com/a.png?b=1',
      'https://a.cdn.example.com/copy.png',
    ])
    for (const { headers } of asked) {
      expect(headers).toMatchObject({ accept: 'image/*', 'user-agent': 'Strata' })
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']))
    }
    // The same bytes: not encoded again.
    expect((await keys()).map((key) => key.split('/')[0])).toEqual(['original', 'state', 'strata'])
  })

  it.each([301, 302, 303, 307, 308])('may redirect by %i, also relatively', async (status) => {
    const { put, ready, asked } = await startEdge((_, { pathname }) =>
      pathname === '/old' ? redirect('new?x=1', status) : picture(),
    )
    expect((await put('moved', 'https://img.example.com/old')).status).toBe(202)
    expect(asked.map(({ url }) => url)).toEqual([
      'https://img.example.com/old',
      'https://img.example.com/new?x=1',
    ])
    expect((await ready('moved')).length).toBeGreaterThan(0)
  })

  it('may come without a length', async () => {
    const { put, ready } = await startEdge(
      () => new Response(new Blob([png]).stream(), { headers: { 'Content-Type': 'image/png' } }),
    )
    expect((await put('unsized', 'https://img.example.com/a')).status).toBe(202)
    expect(readHeader(await ready('unsized')).source.width).toBe(64)
  })
})

describe('nothing is fetched', () => {
  it('from hosts that are not on the list, nor from special addresses in any notation', async () => {
    const { put, asked, keys } = await startEdge(() => picture())
    for (const url of [
      'https://example.com/a.png',
      'https://cdn.example.com/a.png',
      'https://localhost/a.png',
      'https://127.0.0.1/a.png',
      'https://0x7f.1/a.png',
      'https://2130706433/a.png',
      'https://0251.0376.0251.0376/latest/meta-data/',
      'https://１２７.０.０.１/a.png',
      'https://[::ffff:169.254.169.254]/',
      'https://[64:ff9b::a9fe:a9fe]/',
    ]) {
      expect(await put('no', url), url).toMatchObject({ status: 403, code: 'REMOTE_FORBIDDEN' })
    }
    expect([asked, await keys()]).toEqual([[], []])
  })

  it('where no list is given, or with a body, a user name, another scheme', async () => {
    const closed = await startEdge(() => picture(), '')
    expect((await closed.put('no', 'https://img.example.com/a')).code).toBe('REMOTE_FORBIDDEN')
    const { put, asked } = await startEdge(() => picture())
    expect((await put('no', 'https://img.example.com/a', 'a body')).code).toBe('PARAM_INVALID')
    expect((await put('no', 'https://me:pass@img.example.com/a')).code).toBe('PARAM_INVALID')
    expect((await put('no', 'http://img.example.com/a')).code).toBe('PARAM_INVALID')
    expect((await put('no', '')).code).toBe('PARAM_INVALID')
    expect([...asked, ...closed.asked]).toEqual([])
  })

  it('after a redirect to what is not allowed', async () => {
    const locations = [
      'https://evil.example.net/a.png',
      'http://img.example.com/a.png',
      'https://127.0.0.1/',
      '//169.254.169.254/latest/',
      'https://user:pass@img.example.com/',
      'file:///etc/passwd',
    ]
    const { put, asked } = await startEdge((_, { pathname }) =>
      redirect(locations[Number(pathname.slice(1))]!),
    )
    for (const [i, location] of locations.entries()) {
      const answer = await put('no', `https://img.example.com/${i}`)
      expect(answer, location).toMatchObject({ status: 403, code: 'REMOTE_FORBIDDEN' })
      expect(answer.message).toContain('redirect of img.example.com')
    }
    expect(asked.map(({ url }) => url)).toEqual(locations.map((_, i) => `https://img.example.com/${i}`))
  })
})

describe('a host that does not send a picture', () => {
  const cases: [name: string, world: () => Response | Promise<Response>, status: number, code: string][] = [
    ['is not found', () => new Response('no', { status: 404 }), 502, 'REMOTE_FAILED'],
    ['fails', () => new Response('no', { status: 500 }), 502, 'REMOTE_FAILED'],
    [
      'sends a part',
      () => new Response(png, { status: 206, headers: { 'Content-Type': 'image/png' } }),
      502,
      'REMOTE_FAILED',
    ],
    ['redirects nowhere', () => new Response(null, { status: 302 }), 502, 'REMOTE_FAILED'],
    ['redirects for ever', () => redirect('/again'), 502, 'REMOTE_FAILED'],
    [
      'sends a page',
      () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
      415,
      'INPUT_UNSUPPORTED',
    ],
    [
      'sends a page that it calls a picture',
      () => new Response('<!doctype html><title>Log in', { headers: { 'Content-Type': 'image/png' } }),
      415,
      'INPUT_UNSUPPORTED',
    ],
    [
      'sends nothing',
      () => new Response('', { headers: { 'Content-Type': 'image/png' } }),
      400,
      'INPUT_EMPTY',
    ],
    [
      'declares too much',
      () =>
        new Response(endless(), { headers: { 'Content-Type': 'image/png', 'Content-Length': '200000000' } }),
      413,
      'INPUT_TOO_LARGE',
    ],
    [
      'sends without end',
      () => new Response(endless(), { headers: { 'Content-Type': 'image/png' } }),
      413,
      'INPUT_TOO_LARGE',
    ],
  ]
  it.each(cases)('but %s', async (_, world, status, code) => {
    const { put, asked, keys } = await startEdge(world)
    expect(await put('bad', 'https://img.example.com/a')).toMatchObject({ status, code })
    expect(asked.length).toBeLessThanOrEqual(4)
    expect(await keys()).toEqual([])
  })
})

it.each([
  ['never answers', () => new Promise<Response>(() => {}), 'img.example.com took too long'],
  [
    'stalls in the middle',
    () =>
      new Response(stalled(), {
        headers: { 'Content-Type': 'image/png', 'Content-Length': '500' },
      }),
    'it broke off',
  ],
])('a host that %s is not waited for', async (_, world, message) => {
  const edge = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'index.js', contents: await bundleWorker('test/edge/lease-worker.ts') },
    ],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    r2Buckets: ['IMAGES'],
    outboundService: world,
  })
  onTestFinished(() => edge.dispose())
  const response = await edge.dispatchFetch('http://edge/cdn/img/slow?url=https://img.example.com/a', {
    method: 'PUT',
  })
  expect(response.status).toBe(502)
  const error = { code: 'REMOTE_FAILED', message: expect.stringContaining(message) }
  expect(await response.json()).toEqual({ error })
  expect((await (await edge.getR2Bucket('IMAGES')).list()).objects).toEqual([])
})

/** More than is taken, for as long as somebody reads, with the first bytes of a PNG. */
function endless(): ReadableStream<Uint8Array> {
  let chunks = 0
  return new ReadableStream({
    async pull(controller) {
      await sleep(0)
      if (chunks++ === 320) return controller.close()
      const chunk = new Uint8Array(65_536)
      if (chunks === 1) chunk.set(SIGNATURE)
      controller.enqueue(chunk)
    },
  })
}

/** The beginning of a picture, and nothing more. */
function stalled(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(png.subarray(0, 50)) })
}
