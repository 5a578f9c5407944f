import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { PictureCoding } from '../../../src/format/coding.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { writePictures } from '../../../src/format/writer.ts'
import { answerWith, BUCKET, bytesOf, createCdn, errorOf, pictureOf } from '../cdn.ts'
import { asWebp } from '../webp.ts'

const BROWSER = { Accept: 'image/avif,image/webp,image/*,*/*;q=0.8' }

/** A lossless WebP as far as headers say: of this size, with `length` bytes that decode to nothing. */
function webp(width: number, height: number, length: number, animated = false): Uint8Array {
  return asWebp(
    new Uint8Array(30 + length).map((_, i) => 7 * i),
    width,
    height,
    animated,
  )
}

const ORIGINAL = pictureOf(' a drawing')
const sha256 = createHash('sha256').update(ORIGINAL).digest('hex').slice(0, 32)

function fileOf(
  pictures: readonly Uint8Array[],
  coding: PictureCoding = 'webp',
  widths = [320, 640],
): Uint8Array {
  const layers = pictures.map((picture, i) => {
    const width = widths[i] ?? 1
    return { width, height: width / 2, quality: 100, flags: 3, coding, picture }
  })
  return writePictures({ source: { width: 640, height: 320, sha256 }, layers })
}

const SMALL = webp(320, 160, 500)
const LARGE = webp(640, 320, 3000)
const FILE = fileOf([SMALL, LARGE])
/** Above what the Cache API keeps. */
const LONG = webp(640, 320, 1_500_000)

async function stored(id: string, file: Uint8Array) {
  const cdn = createCdn(answerWith(file))
  await cdn.put(`/cdn/img/${id}`, ORIGINAL)
  return cdn
}

/** Changes bytes of a stored file, as a bucket that fails, or a writer of the bucket, may. */
async function damage(id: string, change: (file: Uint8Array) => void): Promise<void> {
  const { objects } = await BUCKET.list({ prefix: `strata/${id}/` })
  const key = objects[0]?.key ?? ''
  const file = new Uint8Array((await (await BUCKET.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0))
  change(file)
  await BUCKET.put(key, file)
}

describe('a layer that is sent as it is', () => {
  it('has its own type, a strong ETag, and no transcoder is asked', async () => {
    const cdn = await stored('slice', FILE)
    const response = await cdn.get('/cdn/img/slice?w=640', BROWSER)
    expect(await bytesOf(response)).toEqual(LARGE)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
      'content-length': String(LARGE.length),
      'content-type': 'image/webp',
      'strata-plan': 'slice;layer=1;f=webp',
      vary: 'Accept',
      'x-content-type-options': 'nosniff',
    })
    const etag = response.headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{32}\.s1"$/)
    // Now from the Cache API.
    expect(await bytesOf(await cdn.get('/cdn/img/slice?w=640', BROWSER))).toEqual(LARGE)
    const unchanged = await cdn.get('/cdn/img/slice?w=640', { ...BROWSER, 'If-None-Match': etag })
    expect([unchanged.status, unchanged.headers.get('ETag')]).toEqual([304, etag])
    const head = await cdn.get('/cdn/img/slice?w=320', BROWSER, 'HEAD')
    expect([head.status, head.headers.get('Content-Length')]).toEqual([200, String(SMALL.length)])
    expect(cdn.transcodes).toEqual([])
  })

  it.each([
    ['short', LARGE],
    ['long', LONG],
  ])('can be asked for in part: %s', async (name, picture) => {
    const id = `slice-part-${name}`
    const cdn = await stored(id, fileOf([SMALL, picture]))
    const get = (headers: Record<string, string>) =>
      cdn.get(`/cdn/img/${id}?w=640`, { ...BROWSER, ...headers })
    const part = await get({ Range: 'bytes=100-1099' })
    expect(part.status).toBe(206)
    expect(part.headers.get('Content-Range')).toBe(`bytes 100-1099/${picture.length}`)
    expect(await bytesOf(part)).toEqual(picture.subarray(100, 1100))
    const etag = part.headers.get('ETag') ?? ''
    const same = await get({ Range: 'bytes=-5', 'If-Range': etag })
    expect(await bytesOf(same)).toEqual(picture.subarray(-5))
    // A client that holds another body of this file lacks more than the range.
    const other = await get({ Range: 'bytes=5-', 'If-Range': etag.replace('s1', '1') })
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, picture.length])
    const beyond = await get({ Range: `bytes=${picture.length}-` })
    expect([beyond.status, beyond.headers.get('Content-Range')]).toEqual([416, `bytes */${picture.length}`])
    expect((await errorOf(beyond)).code).toBe('RANGE_NOT_SATISFIABLE')
  })

  it('is a prefix of the file for clients that decode', async () => {
    const cdn = await stored('slice-native', FILE)
    const response = await cdn.get('/cdn/img/slice-native?f=native&w=320')
    const { end = 0 } = readHeader(FILE).layers[0] ?? {}
    expect(await bytesOf(response)).toEqual(FILE.subarray(0, end))
    expect(response.headers.get('ETag')).toMatch(/\.0"$/)
  })

  it('and what must be made of it goes to the transcoder with its prefix', async () => {
    const cdn = await stored('slice-made', FILE)
    const response = await cdn.get('/cdn/img/slice-made?w=300&bg=0f0', { Accept: '*/*' })
    expect(response.headers.get('Content-Type')).toBe('image/jpeg')
    const { end } = readHeader(FILE).layers[0] ?? {}
    expect(cdn.transcodes).toMatchObject([{ layer: 0, width: 300, background: '00ff00', bytes: end }])
  })

  it('is described by the info JSON', async () => {
    const cdn = await stored('slice-info', FILE)
    expect(await (await cdn.get('/cdn/img/slice-info.json')).json()).toMatchObject({
      modelSet: '0000000000000000',
      layers: [
        { coding: 'webp', alpha: true, lossless: true, width: 320 },
        { coding: 'webp', alpha: true, lossless: true, width: 640 },
      ],
    })
  })
})

describe('what is wider than the widest lossless layer', () => {
  it('may come as lossless WebP where AVIF is wanted, and every answer says what came', async () => {
    const asked: URLSearchParams[] = []
    const rendered = webp(600, 300, 700)
    const render = async (request: Request) => {
      asked.push(new URL(request.url).searchParams)
      await request.arrayBuffer()
      return new Response(rendered, { headers: { 'Strata-Size': '600x300' } })
    }
    const cdn = createCdn(answerWith(fileOf([SMALL])), { persist: true }, render)
    await cdn.put('/cdn/img/drawn', ORIGINAL)
    const get = (method?: string) => cdn.get('/cdn/img/drawn?w=600', BROWSER, method)
    for (const method of ['HEAD', 'GET', 'GET', 'HEAD']) {
      const response = await get(method)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-length': String(rendered.length),
        'content-type': 'image/webp',
        'strata-plan': 'render;w=600;f=webp',
      })
      if (method === 'GET') expect(await bytesOf(response)).toEqual(rendered)
    }
    expect(asked).toHaveLength(1)
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ f: 'avif', lossless: '1' })
    const plain = await cdn.get('/cdn/img/drawn?w=600', { Accept: 'image/avif' })
    expect([plain.status, plain.headers.get('Strata-Plan')]).toEqual([200, 'transcode;layer=0;w=320;f=avif'])
    expect(asked.map((query) => query.get('lossless'))).toEqual(['1', null])
  })
})

describe('a stored layer that is not what it was', () => {
  it.each([
    ['html', '<!doctype html><script>alert(1)</script>', 'FORMAT_INVALID'],
    ['png', '\x89PNG\r\n\x1a\n', 'FORMAT_INVALID'],
    ['bits', 'RIFF', 'FORMAT_CHECKSUM'],
  ])('is never sent: %s', async (name, text, code) => {
    const id = `slice-damaged-${name}`
    const cdn = await stored(id, FILE)
    const { start = 0, end = 0 } = readHeader(FILE).layers[1] ?? {}
    await damage(id, (file) => {
      file.set(Buffer.from(text, 'latin1'), start)
      file[end - 1]! ^= 1
    })
    for (const headers of [BROWSER, { ...BROWSER, Range: 'bytes=200-300' }]) {
      const response = await cdn.get(`/cdn/img/${id}?w=640`, headers)
      expect([response.status, response.headers.get('Content-Type')]).toEqual([422, 'application/json'])
      expect((await errorOf(response)).code).toBe(code)
    }
  })

  it('is never sent where it is long, not even from the middle', async () => {
    const file = fileOf([SMALL, LONG])
    const cdn = await stored('slice-damaged-long', file)
    const { start = 0 } = readHeader(file).layers[1] ?? {}
    await damage('slice-damaged-long', (bytes) => bytes.set(Buffer.from('<html>'), start))
    for (const headers of [BROWSER, { ...BROWSER, Range: 'bytes=2000-3000' }]) {
      const response = await cdn.get('/cdn/img/slice-damaged-long?w=640', headers)
      expect([response.status, (await errorOf(response)).code]).toEqual([422, 'FORMAT_INVALID'])
    }
  })
})

describe('what the origin sends', () => {
  // Each is asked for again after pauses, all of them meanwhile.
  it.concurrent.each([
    ['another type', fileOf([SMALL, new TextEncoder().encode('<html>'.padEnd(400))])],
    ['another size', fileOf([SMALL, webp(6400, 320, 10)])],
    ['an animation that is declared a still', fileOf([SMALL, webp(640, 320, 10, true)])],
    ['a still that is declared an animation', fileOf([webp(320, 160, 9, true), LARGE], 'webp-animated')],
  ])('is not stored where a layer is of %s', async (name, file) => {
    const id = `refused-${name.replace(/\W/g, '-')}`
    const cdn = await stored(id, file)
    const info = await (await cdn.get(`/cdn/img/${id}.json`)).json<{ error?: { code: string } }>()
    expect(info.error?.code).toBe('ORIGIN_FAILED')
    expect((await BUCKET.list({ prefix: `strata/${id}/` })).objects).toEqual([])
  })
})
