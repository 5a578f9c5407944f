import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import { composeEncode } from '../../src/node/compose.ts'
import { type RenderPicture, renderPicture } from '../../src/node/render/render.ts'
import { createOriginApp, type OriginAppOptions } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { startServer } from '../../src/origin/server.ts'
import { photo } from '../pictures.ts'
import { fakeEncode, plainPng } from './fixtures.ts'

const INPUTS = new URL('../../../shared/data/inputs/', import.meta.url)
const config = readConfig({})

function makeApp(options: Partial<OriginAppOptions> = {}) {
  const app = createOriginApp({ encode: fakeEncode, config, ...options })
  const post = async (body: Uint8Array | string | null, query = '', init: RequestInit = {}) =>
    await app.request(`/render${query}`, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, ...init })
  return { app, post }
}

async function photoJpeg(width = 240, height = 160): Promise<Uint8Array> {
  const { data } = photo(width, height)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer()
}

/** A drawing of two colours, as fine as its pixels: 1 bit each without loss, and many with it. */
async function noisyPalette(): Promise<Uint8Array> {
  const [width, height] = [160, 120]
  const data = new Uint8Array(3 * width * height)
  for (let at = 0; at < data.length; at += 3) data.fill((at * at) % 7 < 3 ? 255 : 40, at, at + 3)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** A render that waits until it is told to go on, and lists what began. */
function heldRender() {
  let go = () => {}
  const told = new Promise<void>((resolve) => {
    go = resolve
  })
  const begun: string[] = []
  const render: RenderPicture = async (picture, plan, signal) => {
    begun.push(`${plan.size.width}`)
    await told
    return await renderPicture(picture, plan, signal)
  }
  return { render, begun, go }
}

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.message).not.toBe('')
  return error.code
}

describe('POST /render', () => {
  it.each(['avif', 'webp', 'jpeg', 'png'])('answers with %s', async (format) => {
    const { post } = makeApp()
    for (const wait of ['', '&wait=1']) {
      const response = await post(await photoJpeg(), `?w=120&f=${format}&q=60${wait}`)
      expect(response.status).toBe(200)
      const file = new Uint8Array(await response.arrayBuffer())
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': `image/${format}`,
        'content-length': String(file.length),
        'strata-size': '120x80',
        'server-timing': expect.stringMatching(/^render;dur=\d+$/),
        'cache-control': 'no-store',
      })
      const { width, height } = await sharp(file).metadata()
      expect([width, height]).toEqual([120, 80])
    }
  })

  it.each(['avif', 'webp'])(
    'answers with a lossless WebP in place of %s where that is smaller',
    async (format) => {
      const { post } = makeApp()
      const drawing = await noisyPalette()
      const lossy = await post(drawing, `?w=160&f=${format}&q=90`)
      const either = await post(drawing, `?w=160&f=${format}&q=90&lossless=1`)
      expect(either.headers.get('content-type')).toBe('image/webp')
      const file = new Uint8Array(await either.arrayBuffer())
      expect(file.length).toBeLessThan((await lossy.arrayBuffer()).byteLength)
      expect(await sharp(file).raw().toBuffer()).toEqual(await sharp(drawing).removeAlpha().raw().toBuffer())
    },
  )

  it('answers with the lossy file where that is smaller', async () => {
    const response = await makeApp().post(await photoJpeg(), '?w=120&f=avif&lossless=1')
    expect(response.headers.get('content-type')).toBe('image/avif')
  })

  it('answers with a JPEG of its own size when nothing is asked', async () => {
    const response = await makeApp().post(await photoJpeg())
    expect([response.headers.get('content-type'), response.headers.get('strata-size')]).toEqual([
      'image/jpeg',
      '240x160',
    ])
  })

  it.each([
    ['?w=x', 'w'],
    ['?h=0', 'h'],
    ['?fit=none', 'fit'],
    ['?focus=2,2', 'focus'],
    ['?bg=red', 'bg'],
    ['?f=bmp', 'f'],
    ['?q=0', 'q'],
    ['?wait=no', 'wait'],
    ['?lossless=yes&f=avif', 'lossless'],
    ['?lossless=1&f=jpeg', 'lossless'],
    ['?lossless=1&f=webp&frames=all', 'lossless'],
    ['?w=1&w=1', 'w'],
  ])('refuses %s and names the parameter', async (query, name) => {
    const response = await makeApp().post(await plainPng(), query)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: { code: 'PARAM_INVALID', message: expect.stringMatching(`^${name}: expected .*, got`) },
    })
  })

  it('refuses what is no picture, too large or damaged', async () => {
    const { post } = makeApp({ config: { ...config, maxBytes: 1_000_000, maxPixels: 100 * 100 } })
    const png = await plainPng()
    const cases: [Uint8Array | string | null, number, string][] = [
      [null, 400, 'INPUT_EMPTY'],
      ['', 400, 'INPUT_EMPTY'],
      ['<svg xmlns="http://www.w3.org/2000/svg"/>', 415, 'INPUT_UNSUPPORTED'],
      ['%PDF-1.7', 415, 'INPUT_UNSUPPORTED'],
      ['--boundary\r\nContent-Disposition: form-data', 415, 'INPUT_UNSUPPORTED'],
      [png.subarray(0, 20), 422, 'INPUT_CORRUPT'],
      [png.subarray(0, png.length - 20), 422, 'INPUT_CORRUPT'],
      [await plainPng(101, 100), 413, 'INPUT_TOO_LARGE'],
      [new Uint8Array(1_000_001), 413, 'INPUT_TOO_LARGE'],
    ]
    for (const [body, status, code] of cases) {
      const response = await post(body)
      expect([response.status, await codeOf(response)]).toEqual([status, code])
    }
  })

  it('refuses cut files of every format with 422, however they are scaled', async () => {
    const { post } = makeApp()
    const { width, height, data } = photo(128, 128)
    for (const format of ['png', 'tiff', 'jpeg', 'webp', 'avif', 'gif'] as const) {
      const file = await sharp(data, { raw: { width, height, channels: 3 } })
        .toFormat(format)
        .toBuffer()
      for (const part of [0.2, 0.5, 0.9])
        for (const query of ['?w=16', '?w=16&h=16&fit=cover', '']) {
          const response = await post(file.subarray(0, Math.floor(file.length * part)), query)
          expect([response.status, await codeOf(response)], `${format} ${part}`).toEqual([
            422,
            'INPUT_CORRUPT',
          ])
        }
    }
  })

  it.skipIf(!existsSync(INPUTS))(
    'answers the files of others with a picture or a 4xx',
    { timeout: 120_000 },
    async () => {
      const { post } = makeApp()
      const refused: string[] = []
      for (const folder of ['formats', 'pngsuite', 'exif'])
        for (const name of readdirSync(new URL(folder, INPUTS))) {
          const response = await post(readFileSync(new URL(`${folder}/${name}`, INPUTS)), '?w=20&f=webp')
          if (response.status !== 200) refused.push(name)
          expect(response.status < 500, name).toBe(true)
        }
      const broken = /^x.*png$|^(truncated|corrupt)|svg$/
      expect(refused.filter((name) => !broken.test(name))).toEqual([])
      expect(refused.length).toBeGreaterThan(10)
    },
  )

  it('asks for the token and for the signature where they are set', async () => {
    const { post } = makeApp({ config: { ...config, token: 'secret' } })
    const send = async (authorization?: string) =>
      (await post(await plainPng(), '', authorization ? { headers: { authorization } } : {})).status
    expect([await send(), await send('Bearer wrong'), await send('Bearer secret')]).toEqual([401, 401, 200])
    const signed = makeApp({ config: { ...config, key: 'a key' } })
    const response = await signed.post(await plainPng())
    expect([response.status, await codeOf(response)]).toEqual([401, 'UPLOAD_FORBIDDEN'])
  })

  it('hides what an unexpected error says', async () => {
    const events: unknown[] = []
    const { post } = makeApp({
      render: () => Promise.reject(new Error('/secret/path')),
      log: (event, fields) => events.push([event, fields?.message]),
    })
    const response = await post(await plainPng())
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')])
    expect(events).toContainEqual(['error', '/secret/path'])
  })

  it('is for POST', async () => {
    const response = await makeApp().app.request('/render')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('the line of renders', () => {
  const narrow = { ...config, renders: 1, rendersWaiting: 2 }

  it('answers fifty at once, all of them right', async () => {
    const { app, post } = makeApp({ config: { ...config, rendersWaiting: 48 } })
    const original = await photoJpeg()
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const response = await post(original, `?w=${20 + i}&f=${['webp', 'jpeg', 'png'][i % 3]}`)
        expect(response.status).toBe(200)
        return (await sharp(new Uint8Array(await response.arrayBuffer())).metadata()).width
      }),
    )
    expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => 20 + i))
    expect(await (await app.request('/health')).json()).toMatchObject({ renders: { active: 0, waiting: 0 } })
  })

  it('answers 503 with Retry-After when it is full; encodes and readiness do not care', async () => {
    const { render, go } = heldRender()
    const { app, post } = makeApp({ render, config: narrow })
    const original = await plainPng()
    const held = [post(original), post(original), post(original)]
    const busy = await post(original)
    expect([busy.status, await codeOf(busy)]).toEqual([503, 'ORIGIN_BUSY'])
    expect(Number(busy.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect((await app.request('/ready')).status).toBe(200)
    await vi.waitFor(async () => {
      const health = await (await app.request('/health')).json()
      expect(health).toEqual({ status: 'ok', active: 0, waiting: 0, renders: { active: 1, waiting: 2 } })
    })
    expect((await app.request('/encode', { method: 'POST', body: original })).status).toBe(200)
    go()
    for (const response of held) expect((await response).status).toBe(200)
    expect((await post(original)).status).toBe(200)
  })

  it('says to wait as long as the line is', async () => {
    const { render, begun, go } = heldRender()
    const given = async (original: Uint8Array, query: string) => {
      const app = makeApp({ config: { ...narrow, rendersWaiting: 0 }, render })
      const held = app.post(original, query)
      await vi.waitFor(() => expect(begun.pop()).toBeDefined())
      const busy = await app.post(original, query)
      return [Number(busy.headers.get('retry-after')), held] as const
    }
    const large = await plainPng(3000, 2000)
    const [short, first] = await given(large, '?w=640&f=webp')
    const [long, second] = await given(large, '?w=1500&f=avif')
    expect(short).toBe(1)
    expect(long).toBeGreaterThan(short)
    expect(long).toBeLessThan(20)
    go()
    expect([(await first).status, (await second).status]).toEqual([200, 200])
  })

  it('lets small pictures overtake a large one', async () => {
    const { render, begun, go } = heldRender()
    const { app, post } = makeApp({ render, config: { ...narrow, rendersWaiting: 5 } })
    const [large, small] = [await plainPng(1200, 900), await plainPng(40, 40)]
    const waiting = async (count: number) =>
      await vi.waitFor(async () => {
        const { renders } = (await (await app.request('/health')).json()) as { renders: { waiting: number } }
        expect(renders.waiting).toBe(count)
      })
    const held = [post(small, '?w=10')]
    await vi.waitFor(() => expect(begun).toEqual(['10']))
    held.push(post(large, '?f=avif'))
    await waiting(1)
    held.push(post(small, '?w=20'), post(small, '?w=30'))
    await waiting(3)
    go()
    for (const response of held) expect((await response).status).toBe(200)
    expect(begun.slice(1, 3).sort()).toEqual(['20', '30'])
    expect(begun[3]).toBe('1200')
  })

  it('drops what nobody waits for any more, if it has not begun', async () => {
    const { render, begun, go } = heldRender()
    const app = createOriginApp({ encode: fakeEncode, render, config: narrow })
    const server = await startServer(app, { ...config, port: 0 })
    try {
      const url = `${server.url}/render`
      const body = (await plainPng()) as Uint8Array<ArrayBuffer>
      const first = fetch(`${url}?w=11`, { method: 'POST', body })
      await vi.waitFor(() => expect(begun).toEqual(['11']))
      const controller = new AbortController()
      const gone = fetch(`${url}?w=12`, { method: 'POST', body, signal: controller.signal })
      const renders = async () =>
        ((await (await fetch(`${server.url}/health`)).json()) as { renders: unknown }).renders
      await vi.waitFor(async () => expect(await renders()).toEqual({ active: 1, waiting: 1 }))
      controller.abort()
      await expect(gone).rejects.toThrow()
      await vi.waitFor(async () => expect(await renders()).toEqual({ active: 1, waiting: 0 }))
      go()
      expect((await first).status).toBe(200)
      expect(begun).toEqual(['11'])
      expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
        'strata_errors_total{type="ABORTED"} 1',
      )
    } finally {
      await server.close()
    }
  })

  it('goes on while all places for encodes are taken', async () => {
    let go = () => {}
    const told = new Promise<void>((resolve) => {
      go = resolve
    })
    const { app, post } = makeApp({
      config: { ...config, waiting: 0 },
      encode: (image, request) => told.then(() => fakeEncode(image, request)),
    })
    const body = await plainPng()
    const encoding = app.request('/encode', { method: 'POST', body })
    const refused = await app.request('/encode', { method: 'POST', body })
    expect(refused.status).toBe(503)
    for (const format of ['avif', 'webp', 'jpeg', 'png'])
      expect((await post(body, `?f=${format}`)).status).toBe(200)
    go()
    expect((await encoding).status).toBe(200)
  })

  it('is done while the codec encodes', { timeout: 120_000 }, async () => {
    const events: string[] = []
    const { app, post } = makeApp({
      encode: await composeEncode({ verify: true }),
      log: (event) => events.push(event),
    })
    const original = (await photoJpeg(480, 320)) as Uint8Array<ArrayBuffer>
    const encoding = app.request('/encode', { method: 'POST', body: original })
    await vi.waitFor(async () => {
      expect(await (await app.request('/health')).json()).toMatchObject({ active: 1 })
    })
    for (const width of [80, 160, 240])
      expect((await post(original, `?w=${width}&f=avif&wait=1`)).status).toBe(200)
    expect((await encoding).status).toBe(200)
    expect(events.filter((event) => event !== 'request')).toEqual([
      'rendered',
      'rendered',
      'rendered',
      'encoded',
    ])
  })
})

describe('what is told of renders', () => {
  it('are metrics and a line of the log', async () => {
    const lines: (Record<string, unknown> | undefined)[] = []
    const { app, post } = makeApp({ log: (event, fields) => lines.push({ event, ...fields }) })
    const original = await photoJpeg()
    const headers = { 'X-Request-Id': 'page-1' }
    const webp = await (await post(original, '?w=100&f=webp', { headers })).arrayBuffer()
    await post(original, '?w=50&f=webp')
    await post('text')
    const text = await (await app.request('/metrics')).text()
    expect(text).toMatch(/^strata_renders_total\{format="webp"\} 2$/m)
    expect(text).toMatch(/^strata_render_span_duration_seconds_count\{span="render"\} 2$/m)
    expect(text).toMatch(new RegExp(`^strata_render_input_bytes_total ${2 * original.length}$`, 'm'))
    expect(text).toMatch(/^strata_render_output_bytes_total\{format="webp"\} \d+$/m)
    expect(text).toMatch(/^strata_renders_in_progress 0$/m)
    expect(text).toMatch(/^strata_renders_waiting 0$/m)
    expect(text).toMatch(/^strata_request_span_duration_seconds_count\{span="encode"\} 0$/m)
    const facts = { requestId: 'page-1', format: 'webp', size: '100x67' }
    expect(lines[0]).toMatchObject({
      ...{ event: 'rendered', ...facts, bytesIn: original.length, bytesOut: webp.byteLength },
      seconds: expect.any(Number),
    })
    expect(lines[1]).toMatchObject({ event: 'request', requestId: 'page-1', path: '/render', status: 200 })
  })

  it('are the same bytes for the same request', async () => {
    const { post } = makeApp()
    const original = await photoJpeg()
    const hash = async () => {
      const response = await post(original, '?w=99&h=70&fit=cover&focus=0.3,0.2&f=avif&wait=1')
      return createHash('sha256')
        .update(new Uint8Array(await response.arrayBuffer()))
        .digest('hex')
    }
    expect(await hash()).toBe(await hash())
  })
})
