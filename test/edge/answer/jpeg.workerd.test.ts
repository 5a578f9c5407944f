import { beforeAll, describe, expect, it } from 'vitest'
import { StrataError } from '../../../src/core/errors.ts'
import type { Transcoder } from '../../../src/edge/transcoder/transcoder.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { answerWith, bytesOf, createCdn, errorOf, fakeTranscoder, strataFile, textOf } from '../cdn.ts'

describe('JPEG answers', () => {
  const file = strataFile(2)
  const { layers } = readHeader(file)
  const cdn = createCdn(answerWith(file))

  beforeAll(async () => {
    await cdn.put('/cdn/img/jpeg')
  })

  it.each([
    ['w=320', 0, 320],
    ['w=330', 1, 640],
    ['', 2, 1280],
    ['w=2000', 3, 1920],
    ['w=640&q=30', 1, 640],
  ])('are made from one layer: ?%s', async (query, layer, width) => {
    const response = await cdn.get(`/cdn/img/jpeg?${query}`, { Accept: 'image/avif,*/*' })
    expect(response.status).toBe(200)
    expect(await textOf(response)).toMatch(new RegExp(`^jpeg ${width}x${width / 2} q`))
    expect(cdn.transcodes.at(-1)).toMatchObject({ layer, width, bytes: layers[layer]?.end, ht: 1 })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ch': 'Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR',
      'access-control-allow-origin': '*',
      'cache-control': 'public, no-cache, no-transform',
      'cache-tag': 'strata-jpeg',
      'content-security-policy': "default-src 'none'",
      'content-type': 'image/jpeg',
      'strata-plan': `transcode;layer=${layer};w=${width};ht=1`,
      'timing-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Strata-Plan')
    expect(response.headers.get('Content-Length')).toMatch(/^\d+$/)
  })

  it('name the request headers they depend on', async () => {
    const hinted = await cdn.get('/cdn/img/jpeg', { 'Sec-CH-Width': '600', 'Sec-CH-DPR': '2' })
    expect(hinted.headers.get('Strata-Plan')).toBe('transcode;layer=1;w=640;ht=1')
    expect(hinted.headers.get('Vary')).toBe('Accept, Sec-CH-Width, Sec-CH-DPR')
    expect(hinted.headers.get('Content-DPR')).toBe('2.1333')
    const explicit = await cdn.get('/cdn/img/jpeg?w=640&f=jpeg', { 'Sec-CH-Width': '100' })
    expect(explicit.headers.get('Vary')).toBeNull()
    expect(explicit.headers.get('Content-DPR')).toBeNull()
  })

  it('come from the cache the second time, even by another URL', async () => {
    const before = cdn.transcodes.length
    const first = await cdn.get('/cdn/img/jpeg?w=600&q=61')
    const again = await cdn.get('/cdn/img/jpeg?q=61&w=320&dpr=2&utm_source=x', { Accept: 'image/webp' })
    expect(await bytesOf(again)).toEqual(await bytesOf(first))
    expect(cdn.transcodes.length).toBe(before + 1)
    expect(first.headers.get('Server-Timing')).toContain('cache;desc="miss"')
    expect(again.headers.get('Server-Timing')).toContain('cache;desc="hit"')
  })

  it('are 304 without decoding', async () => {
    const etag = (await cdn.get('/cdn/img/jpeg?w=640&q=62', {}, 'HEAD')).headers.get('ETag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}\.1-/)
    const before = cdn.transcodes.length
    const response = await cdn.get('/cdn/img/jpeg?w=640&q=62', { 'If-None-Match': etag })
    expect(response.status).toBe(304)
    expect(response.headers.get('Cache-Control')).toContain('no-transform')
    expect(cdn.transcodes.length).toBe(before)
    expect((await cdn.get('/cdn/img/jpeg?w=640&q=63', { 'If-None-Match': etag })).status).toBe(200)
  })

  it('answer HEAD without decoding, with the length once it is known', async () => {
    const before = cdn.transcodes.length
    const cold = await cdn.get('/cdn/img/jpeg?w=640&q=64', {}, 'HEAD')
    expect(cold.status).toBe(200)
    expect(cold.headers.get('Content-Length')).toBeNull()
    expect(cold.headers.get('Strata-Plan')).toBe('transcode;layer=1;w=640;ht=1')
    expect(cdn.transcodes.length).toBe(before)
    const body = await bytesOf(await cdn.get('/cdn/img/jpeg?w=640&q=64'))
    const warm = await cdn.get('/cdn/img/jpeg?w=640&q=64', {}, 'HEAD')
    expect(warm.headers.get('Content-Length')).toBe(String(body.length))
  })

  it('ignore Range', async () => {
    const response = await cdn.get('/cdn/img/jpeg?w=640', { Range: 'bytes=0-1' })
    expect(response.status).toBe(200)
  })

  it('with hidden detail are refused without a model', async () => {
    const response = await cdn.get('/cdn/img/jpeg?w=640&ht=2')
    expect(response.status).toBe(400)
    expect((await errorOf(response)).message).toContain('only 1 is available')
  })
})

describe('JPEGs that hide detail', () => {
  const { transcoder, requests } = fakeTranscoder()
  const cdn = createCdn(answerWith(strataFile(6)), {
    transcoder: () => ({ ...transcoder, embedModels: [{ factor: 2, id: 'abcd' }] }),
  })
  beforeAll(() => cdn.put('/cdn/img/hidden'))

  it('are made of the layer of twice the width, by default', async () => {
    const response = await cdn.get('/cdn/img/hidden?w=640')
    expect(response.headers.get('Strata-Plan')).toBe('transcode;layer=2;w=640;ht=2')
    expect(response.headers.get('ETag')).toMatch(/\.2-w640-q75-ht2\.abcd-v\d+"$/)
    expect(response.headers.get('Vary')).toBe('Accept, Save-Data')
    expect(requests.at(-1)).toMatchObject({ layer: 2, width: 640, height: 320, ht: 2, quality: 75 })
  })

  it('are smaller with Save-Data, and have another ETag', async () => {
    const response = await cdn.get('/cdn/img/hidden?w=640', { 'Save-Data': 'on' })
    expect(response.headers.get('ETag')).toContain('-q50-ht2.abcd-')
    expect(requests.at(-1)).toMatchObject({ quality: 50, ht: 2 })
  })

  it('are plain with ht=1, and where the file has no larger layer', async () => {
    const plain = await cdn.get('/cdn/img/hidden?w=640&ht=1')
    expect(plain.headers.get('Strata-Plan')).toBe('transcode;layer=1;w=640;ht=1')
    const large = await cdn.get('/cdn/img/hidden?w=1280&ht=2')
    expect(large.headers.get('Strata-Plan')).toBe('transcode;layer=2;w=1280;ht=1')
    expect(large.headers.get('Vary')).toBe('Accept')
  })
})

describe('many requests at once', () => {
  const file = strataFile(3)

  it('are 1 transcode for 300 parallel misses, all with the same bytes', async () => {
    const { transcoder, requests } = fakeTranscoder(50)
    const cdn = createCdn(answerWith(file), { transcoder: () => transcoder })
    await cdn.put('/cdn/img/rush')
    const responses = await Promise.all(Array.from({ length: 300 }, () => cdn.get('/cdn/img/rush?w=640')))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    const bodies = await Promise.all(responses.map(textOf))
    expect(new Set(bodies)).toEqual(new Set(['jpeg 640x320 q75']))
    expect(requests).toHaveLength(1)
  })

  it('each get their own picture: 50 variants, 6 times each, interleaved', async () => {
    const { transcoder, requests } = fakeTranscoder(20)
    const cdn = createCdn(answerWith(file), { transcoder: () => transcoder })
    await Promise.all(['a', 'b'].map((id) => cdn.put(`/cdn/img/many-${id}`)))
    const sizes = [320, 640, 1280, 1920, 300]
    const variants = Array.from({ length: 50 }, (_, i) => {
      const width = sizes[i % 5] ?? 0
      const box = width === 300 ? '&h=200&fit=cover' : ''
      const body = `jpeg ${width}x${width === 300 ? 200 : width / 2} q${20 + i}`
      return { url: `/cdn/img/many-${i % 2 ? 'a' : 'b'}?w=${width}${box}&q=${20 + i}`, body }
    })
    const asked = Array.from({ length: 300 }, (_, i) => variants[(i * 7) % 50] ?? { url: '', body: '' })
    const bodies = await Promise.all(asked.map(async ({ url }) => textOf(await cdn.get(url))))
    expect(bodies).toEqual(asked.map(({ body }) => body))
    expect(requests).toHaveLength(50)
  })

  it('go on when the first client goes away', async () => {
    const { transcoder, requests } = fakeTranscoder(50)
    const cdn = createCdn(answerWith(file), { transcoder: () => transcoder })
    await cdn.put('/cdn/img/left')
    const leader = new AbortController()
    const first = cdn.request('/cdn/img/left?w=640', { signal: leader.signal }).catch(() => undefined)
    const followers = Array.from({ length: 20 }, () => cdn.get('/cdn/img/left?w=640'))
    leader.abort()
    const bodies = await Promise.all((await Promise.all(followers)).map(textOf))
    expect(new Set(bodies)).toEqual(new Set(['jpeg 640x320 q75']))
    await first
    expect(requests).toHaveLength(1)
  })

  it('beyond the memory of an isolate get 503 with Retry-After, and succeed later', async () => {
    const { transcoder, requests } = fakeTranscoder(50)
    const large = strataFile(9, [320], undefined, 12_000_000)
    const room = Math.floor((64 * 1024 * 1024) / large.length)
    const cdn = createCdn(answerWith(large), { transcoder: () => transcoder })
    await cdn.put('/cdn/img/large')
    const ask = (q: number) => cdn.get(`/cdn/img/large?w=320&q=${q}`)
    const responses = await Promise.all(Array.from({ length: room + 5 }, (_, i) => ask(i + 1)))
    const busy = responses.filter(({ status }) => status === 503)
    expect(busy).toHaveLength(5)
    expect(requests).toHaveLength(room)
    expect(busy[0]?.headers.get('Retry-After')).toBe('1')
    expect((await errorOf(busy[0] as Response)).code).toBe('TRANSCODE_BUSY')
    expect((await ask(room + 5)).status).toBe(200)
  })
})

describe('an image that is replaced or deleted', () => {
  it('is gone from unversioned URLs at once, however often it was cached', async () => {
    let file = strataFile(11, undefined, 'one')
    let made = 0
    const transcoder: Transcoder = { transcode: async () => new TextEncoder().encode(`picture ${++made}`) }
    const cdn = createCdn((request) => answerWith(file)(request), {
      transcoder: () => transcoder,
      maxAge: 60,
    })
    await cdn.put('/cdn/img/changing', 'one')
    const before = await textOf(await cdn.get('/cdn/img/changing?w=640'))
    expect(await textOf(await cdn.get('/cdn/img/changing?w=640'))).toBe(before)
    file = strataFile(12, undefined, 'two')
    await cdn.put('/cdn/img/changing', 'two')
    const after = await cdn.get('/cdn/img/changing?w=640')
    expect(after.headers.get('Cache-Control')).toBe('public, max-age=60, no-transform')
    expect(await textOf(after)).not.toBe(before)
    await cdn.request('/cdn/img/changing', { method: 'DELETE' })
    expect((await cdn.get('/cdn/img/changing?w=640')).status).toBe(404)
  })
})

describe('a transcoder that fails', () => {
  it.each([
    [new Error('boom'), 502, 'TRANSCODE_FAILED'],
    [new StrataError('MODEL_UNKNOWN', 'model set x'), 422, 'MODEL_UNKNOWN'],
    [new StrataError('TRANSCODE_BUSY', 'full'), 503, 'TRANSCODE_BUSY'],
  ])('%s: a JSON error, no cache, and the next try is a new one', async (error, status, code) => {
    let broken = true
    const fake = fakeTranscoder()
    const transcoder: Transcoder = {
      transcode: (...args) => (broken ? Promise.reject(error) : fake.transcoder.transcode(...args)),
    }
    const id = `broken-${code}`
    const cdn = createCdn(answerWith(strataFile(4)), { transcoder: () => transcoder })
    await cdn.put(`/cdn/img/${id}`)
    const response = await cdn.get(`/cdn/img/${id}?w=320`)
    expect(response.status).toBe(status)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect((await errorOf(response)).code).toBe(code)
    broken = false
    expect((await cdn.get(`/cdn/img/${id}?w=320`)).status).toBe(200)
  })
})
