import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare, type Request, Response } from 'miniflare'
import { expect, it, onTestFinished } from 'vitest'
import { plainPng } from '../origin/fixtures.ts'
import { bundleWorker } from './bundle.ts'

const png = await plainPng(64, 48, 'teal')
const PNG = { 'Content-Type': 'image/png' }
const picture = (headers = {}) => new Response(png, { headers: { ...PNG, ...headers } })
const redirect = (location: string) => new Response(null, { status: 302, headers: { Location: location } })

/**
 * An edge with the website https://img.example.com/media/, which answers as `world` says: `site` waits for it half a second,
 * `slow` longer. Its origin is busy.
 */
async function startEdge(world: (request: Request, url: URL) => Response | Promise<Response>) {
  const asked: string[] = []
  const edge = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'index.js', contents: await bundleWorker('test/edge/lease-worker.ts') },
    ],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    r2Buckets: ['IMAGES'],
    serviceBindings: {
      ORIGIN: () => Response.json({ error: { code: 'ORIGIN_BUSY', message: 'busy' } }, { status: 503 }),
    },
    async outboundService(request) {
      asked.push(request.url)
      return await world(request, new URL(request.url))
    },
  })
  onTestFinished(() => edge.dispose())
  return {
    asked,
    async get(path: string, source = 'site') {
      const response = await edge.dispatchFetch(`http://edge/cdn/src/${source}/${path}`)
      const text = await response.text()
      const { error } = (text ? JSON.parse(text) : {}) as { error?: { code: string; message: string } }
      return { status: response.status, code: error?.code, message: error?.message ?? '' }
    },
    async keys(): Promise<string[]> {
      const { objects } = await (await edge.getR2Bucket('IMAGES')).list()
      return objects.map(({ key }) => key.split('/')[0] ?? '').sort()
    },
  }
}

type World = (request: Request, url: URL) => Response | Promise<Response>

const NEVER: [name: string, world: World, status: number, code: string][] = [
  ['has no such picture', () => new Response('', { status: 404 }), 404, 'NOT_FOUND'],
  ['has it no more', () => new Response('', { status: 410 }), 404, 'NOT_FOUND'],
  ['refuses', () => new Response('', { status: 403 }), 502, 'REMOTE_FAILED'],
  ['fails', () => new Response('', { status: 500 }), 502, 'REMOTE_FAILED'],
  ['says that nothing has changed', () => new Response(null, { status: 304 }), 502, 'REMOTE_FAILED'],
  ['redirects to a private address', () => redirect('https://169.254.169.254/'), 403, 'REMOTE_FORBIDDEN'],
  ['redirects to this machine', () => redirect('http://127.0.0.1:8787/a.png'), 403, 'REMOTE_FORBIDDEN'],
  ['redirects to a stranger', () => redirect('https://evil.example.net/a.png'), 403, 'REMOTE_FORBIDDEN'],
  ['redirects to http', () => redirect('http://img.example.com/a.png'), 403, 'REMOTE_FORBIDDEN'],
  ['redirects with a password', () => redirect('https://u:p@img.example.com/'), 403, 'REMOTE_FORBIDDEN'],
  ['redirects for ever', () => redirect('/again'), 502, 'REMOTE_FAILED'],
  ['never answers', () => new Promise<Response>(() => {}), 502, 'REMOTE_FAILED'],
  [
    'stalls',
    () => new Response(stalled(), { headers: { ...PNG, 'Content-Length': '500' } }),
    502,
    'REMOTE_FAILED',
  ],
  ['lies about the type', () => new Response('<!doctype html>', { headers: PNG }), 415, 'INPUT_UNSUPPORTED'],
  [
    'sends a page',
    () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
    415,
    'INPUT_UNSUPPORTED',
  ],
  [
    'declares too much',
    () => new Response(stalled(), { headers: { ...PNG, 'Content-Length': '900000000' } }),
    413,
    'INPUT_TOO_LARGE',
  ],
]

it.each(NEVER)(
  'a source that %s is answered for, once, and nothing is stored',
  async (_, world, status, code) => {
    const { get, asked, keys } = await startEdge(world)
    const first = await get('a%20b.png')
    expect(first).toMatchObject({ status, code })
    // Where it lies is nobody's business.
    expect(first.message).not.toMatch(/example\.com|169\.254|127\.0/)
    const count = asked.length
    expect(await get('a%20b.png')).toMatchObject({ status, code })
    expect(asked.length).toBe(count)
    expect(asked[0]).toBe('https://img.example.com/media/a%20b.png')
    expect(await keys()).toEqual([])
  },
)

it('a source may redirect on its own host, and to hosts of its list', async () => {
  const { get, asked, keys } = await startEdge((_, { hostname, pathname }) => {
    if (pathname === '/media/a.png') return redirect('/elsewhere/a.png')
    return hostname === 'eu.cdn.example.com' ? picture() : redirect('https://eu.cdn.example.com/a.png')
  })
  // The origin is busy, so there is no picture yet.
  expect((await get('a.png', 'slow')).status).toBe(202)
  expect(asked.slice(0, 3)).toEqual([
    'https://img.example.com/media/a.png',
    'https://img.example.com/elsewhere/a.png',
    'https://eu.cdn.example.com/a.png',
  ])
  expect(await keys()).toEqual(['original', 'state'])
})

it('300 requests for a picture that nobody has pulled are one request for the source', async () => {
  const { get, asked } = await startEdge(async () => {
    await sleep(100)
    return picture()
  })
  const answers = await Promise.all(Array.from({ length: 300 }, () => get('crowd.png', 'slow')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect(asked).toEqual(['https://img.example.com/media/crowd.png'])
})

/** The beginning of a picture, and nothing more. */
function stalled(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(png.subarray(0, 50)) })
}
