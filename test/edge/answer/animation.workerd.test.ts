import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { writePictures } from '../../../src/format/writer.ts'
import { BUCKET, bytesOf, createCdn, type Encode, pictureOf, strataFile, textOf } from '../cdn.ts'
import { asWebp } from '../webp.ts'

const BROWSER = { Accept: 'image/avif,image/webp,image/*,*/*;q=0.8' }
const PLAIN = { Accept: '*/*' }

/** A WebP as far as its header says. */
function webp(width: number, height: number, animated: boolean, text = ''): Uint8Array {
  const bytes = asWebp(new Uint8Array(64), width, height, animated)
  bytes.set(Buffer.from(text), 32)
  return bytes
}

const gif = (text: string) => Buffer.from(`GIF89a ${text} of a rendered animation;`)

const ORIGINAL = pictureOf(' that moves')
const sha256 = createHash('sha256').update(ORIGINAL).digest('hex').slice(0, 32)
const LAYERS = [320, 640].map((width) => ({
  ...{ width, height: width / 2, quality: 100, flags: 3, coding: 'webp-animated' as const },
  picture: webp(width, width / 2, true),
}))
const FILE = writePictures({ source: { width: 640, height: 320, sha256 }, layers: LAYERS })

/** An origin with this file that renders as `render` says, and what it was asked to render. */
async function moving(id: string, render?: (query: URLSearchParams) => Response, frames = '7') {
  const asked: URLSearchParams[] = []
  const encode: Encode = () => new Response(FILE, { headers: { 'Strata-Frames': frames } })
  const cdn = createCdn(encode, {}, async (request) => {
    const query = new URL(request.url).searchParams
    asked.push(query)
    await request.arrayBuffer()
    const error = { error: { code: 'ORIGIN_BUSY', message: 'busy' } }
    return render?.(query) ?? Response.json(error, { status: 503 })
  })
  await cdn.put(`/cdn/img/${id}`, ORIGINAL)
  return { ...cdn, asked }
}

function rendered(query: URLSearchParams): Response {
  const body = query.get('f') === 'gif' ? gif('all') : webp(500, 250, true, 'all frames')
  return new Response(body, { headers: { 'Strata-Size': '500x250' } })
}

describe('an animation', () => {
  it('is sent as it is at the width of a layer, and says how many frames it has', async () => {
    const cdn = await moving('moves')
    const response = await cdn.get('/cdn/img/moves?w=320', BROWSER)
    expect(await bytesOf(response)).toEqual(LAYERS[0]?.picture)
    expect(response.headers.get('Strata-Plan')).toBe('slice;layer=0;f=webp')
    expect(response.headers.get('Strata-Frames')).toBeNull()
    const info = await (await cdn.get('/cdn/img/moves.json')).json()
    expect(info).toMatchObject({ frames: 7, layers: [{ coding: 'webp-animated' }, { alpha: true }] })
  })

  it('is rendered at another width, with all its frames', async () => {
    const cdn = await moving('moves-between', rendered)
    const response = await cdn.get('/cdn/img/moves-between?w=500', BROWSER)
    expect(await textOf(response)).toContain('all frames')
    expect(response.headers.get('Content-Type')).toBe('image/webp')
    expect(response.headers.get('Strata-Plan')).toBe('render;w=500;f=webp')
    expect(Object.fromEntries(cdn.asked[0] ?? [])).toMatchObject({ w: '500', f: 'webp', frames: 'all' })
    const still = await cdn.get('/cdn/img/moves-between?w=500&frame=first', BROWSER)
    expect(still.headers.get('ETag')).not.toBe(response.headers.get('ETag'))
    expect(cdn.asked.map((query) => query.get('frames'))).toEqual(['all', null])
    expect(cdn.asked[1]?.get('f')).toBe('avif')
  })

  it('is the next wider layer where the origin does not answer', async () => {
    const cdn = await moving('moves-alone')
    const response = await cdn.get('/cdn/img/moves-alone?w=500', BROWSER)
    expect(await bytesOf(response)).toEqual(LAYERS[1]?.picture)
    expect(response.headers.get('Strata-Frames')).toBeNull()
  })

  it('is a GIF to a client without WebP', async () => {
    const cdn = await moving('moves-gif', rendered)
    const response = await cdn.get('/cdn/img/moves-gif?w=500', PLAIN)
    expect([response.headers.get('Content-Type'), await textOf(response)]).toEqual([
      'image/gif',
      gif('all').toString(),
    ])
    expect(Object.fromEntries(cdn.asked[0] ?? [])).toMatchObject({ f: 'gif', frames: 'all' })
  })

  it.each([
    ['is away', undefined],
    [
      'cannot make it',
      () => Response.json({ error: { code: 'PARAM_INVALID', message: 'f: expected avif' } }, { status: 400 }),
    ],
    [
      'sends something else',
      () => new Response(webp(500, 250, true), { headers: { 'Strata-Size': '500x250' } }),
    ],
  ])('is its first frame where the origin %s, and says so', async (name, render) => {
    const id = `moves-first-${name.replace(/\W/g, '-')}`
    const cdn = await moving(id, render)
    const response = await cdn.get(`/cdn/img/${id}?w=500`, PLAIN)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/png'])
    expect(response.headers.get('Strata-Frames')).toBe('first')
    expect(response.headers.get('Access-Control-Expose-Headers') ?? 'Strata-Frames').toContain(
      'Strata-Frames',
    )
  })

  it('that could not be kept as one is a still, and says so unless a still was asked for', async () => {
    const file = strataFile(1, [320, 640], ORIGINAL)
    const cdn = createCdn(() => new Response(file, { headers: { 'Strata-Frames': '900' } }))
    await cdn.put('/cdn/img/moved', ORIGINAL)
    const frames = async (query: string) =>
      (await cdn.get(`/cdn/img/moved?${query}`, BROWSER)).headers.get('Strata-Frames')
    expect(await frames('w=320')).toBe('first')
    expect(await frames('w=320&frame=first')).toBeNull()
  })
})

describe('a picture at its own width', () => {
  const jpeg = (length: number) => {
    const bytes = new Uint8Array(length).fill(1)
    bytes.set([0xff, 0xd8, 0xff, 0xe0])
    bytes.set([0xff, 0xd9], length - 2)
    return bytes
  }

  /** Original of so many bytes; rendering f=original gives `bare`, and the transcoder pictures of 2000 bytes. */
  async function photo(id: string, original: Uint8Array, bare: Uint8Array | undefined, persist = true) {
    const asked: URLSearchParams[] = []
    const transcoder = () => ({ transcode: async () => jpeg(2000) })
    const encode: Encode = () => new Response(strataFile(1, [320, 640], original))
    const cdn = createCdn(encode, { transcoder, persist }, async (request) => {
      asked.push(new URL(request.url).searchParams)
      await request.arrayBuffer()
      const error = { error: { code: 'INPUT_UNSUPPORTED', message: 'turned' } }
      return bare ? new Response(bare) : Response.json(error, { status: 415 })
    })
    await cdn.put(`/cdn/img/${id}`, original)
    return { ...cdn, asked }
  }

  it('is the original without its metadata, where that is smaller', async () => {
    const bare = jpeg(900)
    const cdn = await photo('light', jpeg(1000), bare)
    for (let i = 0; i < 3; i++) {
      const response = await cdn.get('/cdn/img/light?w=640', BROWSER)
      expect(await bytesOf(response)).toEqual(bare)
      expect(response.headers.get('Content-Type')).toBe('image/jpeg')
      expect(response.headers.get('Strata-Plan')).toBe('original;f=jpeg')
    }
    expect(cdn.asked.map((query) => query.get('f'))).toEqual(['original'])
    const head = await cdn.get('/cdn/img/light?w=640', BROWSER, 'HEAD')
    expect([head.headers.get('Content-Type'), head.headers.get('Content-Length')]).toEqual([
      'image/jpeg',
      '900',
    ])
    const { objects } = await BUCKET.list({ prefix: 'picture/light/' })
    const kept = await BUCKET.head(objects[0]?.key ?? '')
    expect([objects.length, kept?.size, kept?.httpMetadata?.contentType]).toEqual([1, 900, 'image/jpeg'])
  })

  it('is the original where the URL names its format, too', async () => {
    const cdn = await photo('light-same', jpeg(1000), jpeg(900))
    for (const path of ['light-same?w=640&f=jpeg', 'light-same.jpg?w=640']) {
      const response = await cdn.get(`/cdn/img/${path}`, BROWSER)
      expect((await bytesOf(response)).length).toBe(900)
      expect(response.headers.get('Strata-Plan')).toBe('original;f=jpeg')
      expect(response.headers.get('ETag')).toMatch(/-o"$/)
    }
  })

  it.each([
    ['larger', jpeg(3000), jpeg(900), BROWSER, 'w=640'],
    ['narrower', jpeg(1000), jpeg(900), BROWSER, 'w=639'],
    ['named', jpeg(1000), jpeg(900), BROWSER, 'w=640&f=avif'],
    ['refused', jpeg(1000), undefined, BROWSER, 'w=640'],
    ['html', jpeg(1000), new TextEncoder().encode('<html>'.padEnd(200)), BROWSER, 'w=640'],
    ['no-jpeg', jpeg(1000), jpeg(900), { Accept: 'image/avif,image/jpeg;q=0' }, 'w=640'],
  ])('is the picture that was made in all other cases: %s', async (name, original, bare, headers, query) => {
    const cdn = await photo(`light-${name}`, original, bare)
    const response = await cdn.get(`/cdn/img/light-${name}?${query}`, headers)
    expect([response.headers.get('Content-Type'), (await bytesOf(response)).length]).toEqual([
      'image/avif',
      2000,
    ])
    expect(response.headers.get('Strata-Plan')).toMatch(/^transcode/)
  })
})
