import { beforeAll, describe, expect, it } from 'vitest'
import { StrataError } from '../../src/core/errors.ts'
import type { Transcoder } from '../../src/edge/transcoder.ts'
import { readHeader } from '../../src/format/reader.ts'
import { answerWith, bytesOf, createCdn, errorOf, fakeTranscoder, strataFile, textOf } from './cdn.ts'

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
      'content-type': 'image/jpeg',
      'strata-plan': `transcode;layer=${layer};w=${width};ht=1`,
      'timing-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Strata-Plan')
    expect(response.headers.get('Content-Length')).toMatch(/^\d+$/)
  })

  it('say what they were chosen by', async () => {
    const hinted = await cdn.get('/cdn/img/jpeg', { 'Sec-CH-Width': '600', 'Sec-CH-DPR': '2' })
    expect(hinted.headers.get('Strata-Plan')).toBe('transcode;layer=1;w=640;ht=1')
    expect(hinted.headers.get('Vary')).toBe('Accept, Sec-CH-Width, Sec-CH-DPR')
    expect(hinted.headers.get('Content-DPR')).toBe('2.1333')
    const explicit = await cdn.get('/cdn/img/jpeg?w=640&f=jpeg', { 'Sec-CH-Width': '100' })
    expect(explicit.headers.get('Vary')).toBeNull()
    expect(explicit.headers.get('Content-DPR')).toBeNull()
  })

  it('come from the cache the second time, whatever the URL that leads there', async () => {
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

  it('with hidden detail are refused in this version', async () => {
    const response = await cdn.get('/cdn/img/jpeg?w=640&ht=2')
    expect(response.status).toBe(400)
    expect((await errorOf(response)).message).toContain('only 1 is available')
  })
})

describe('many requests at once', () => {
  const file = strataFile(3)

  it('are 1 transcode for 30 parallel misses', async () => {
    const { transcoder, requests } = fakeTranscoder(50)
    const cdn = createCdn(answerWith(file), { transcoder: () => transcoder })
    await cdn.put('/cdn/img/rush')
    const responses = await Promise.all(Array.from({ length: 30 }, () => cdn.get('/cdn/img/rush?w=640')))
    const bodies = await Promise.all(responses.map(textOf))
    expect(new Set(bodies)).toEqual(new Set(['jpeg 640x320 q75']))
    expect(requests).toHaveLength(1)
  })

  it('get each their own picture, 200 of them', async () => {
    const cdn = createCdn(answerWith(file))
    await Promise.all([cdn.put('/cdn/img/many-a'), cdn.put('/cdn/img/many-b')])
    const widths = [320, 640, 1280, 1920]
    const jobs = Array.from({ length: 200 }, async (_, i) => {
      const width = widths[i % 4]
      const response = await cdn.get(`/cdn/img/many-${i % 8 < 4 ? 'a' : 'b'}?w=${width}`)
      expect(response.status).toBe(200)
      expect(await textOf(response)).toContain(`jpeg ${width}x`)
    })
    await Promise.all(jobs)
    expect(cdn.transcodes.length).toBeLessThanOrEqual(8)
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
