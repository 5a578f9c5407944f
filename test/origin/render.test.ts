import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { photo } from '../pictures.ts'
import { plainPng } from './fixtures.ts'
import { codeOf, config, makeApp, photoJpeg } from './render-app.ts'

const INPUTS = new URL('../../../shared/data/inputs/', import.meta.url)

/** A drawing of two colours, as fine as its pixels: 1 bit each without loss, and many with it. */
async function noisyPalette(): Promise<Uint8Array> {
  const [width, height] = [160, 120]
  const data = new Uint8Array(3 * width * height)
  for (let at = 0; at < data.length; at += 3) data.fill((at * at) % 7 < 3 ? 255 : 40, at, at + 3)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
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
