import { beforeAll, describe, expect, it } from 'vitest'
import { StrataError, type StrataErrorCode } from '../../../src/core/errors.ts'
import type { Transcoder } from '../../../src/edge/transcoder/transcoder.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { answerWith, bytesOf, createCdn, errorOf, fakeTranscoder, strataFile, textOf } from '../cdn.ts'

describe('picture answers', () => {
  const file = strataFile(2)
  const { layers } = readHeader(file)
  const cdn = createCdn(answerWith(file))

  beforeAll(async () => {
    await cdn.put('/cdn/img/jpeg')
  })

  it.each([
    ['w=320', 1, 320, 'avif'],
    ['w=330', 1, 330, 'avif'],
    ['', 3, 1280, 'avif'],
    ['w=2000', 3, 1920, 'jpeg'],
    ['w=640&q=30', 2, 640, 'avif'],
    ['w=640&f=webp', 2, 640, 'webp'],
  ])(
    'are made from one layer, in the size and format asked for: ?%s',
    async (query, layer, width, format) => {
      const response = await cdn.get(`/cdn/img/jpeg?${query}`, { Accept: 'image/avif,*/*' })
      expect(response.status).toBe(200)
      expect(await textOf(response)).toMatch(new RegExp(`^${format} ${width}x${width / 2} q`))
      expect(cdn.transcodes.at(-1)).toMatchObject({ layer, width, bytes: layers[layer]?.end, ht: 1 })
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'accept-ch': 'Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR',
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
        'cache-tag': 'strata-jpeg',
        'content-security-policy': "default-src 'none'",
        'content-type': `image/${format}`,
        'strata-plan': `transcode;layer=${layer};w=${width};f=${format}`,
        'timing-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      })
      expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Strata-Plan')
      expect(response.headers.get('Content-Length')).toMatch(/^\d+$/)
    },
  )

  it('name the request headers they depend on', async () => {
    const hinted = await cdn.get('/cdn/img/jpeg', { 'Sec-CH-Width': '600', 'Sec-CH-DPR': '2' })
    expect(hinted.headers.get('Strata-Plan')).toBe('transcode;layer=2;w=640;f=jpeg')
    expect(hinted.headers.get('Vary')).toBe('Accept, Sec-CH-Width, Sec-CH-DPR, Save-Data')
    expect(hinted.headers.get('Content-DPR')).toBe('2.1333')
    const explicit = await cdn.get('/cdn/img/jpeg?w=640&f=jpeg&q=75', { 'Sec-CH-Width': '100' })
    expect(explicit.headers.get('Vary')).toBeNull()
    expect(explicit.headers.get('Content-DPR')).toBeNull()
  })

  it('come from the cache the second time, even by another URL', async () => {
    const before = cdn.transcodes.length
    const first = await cdn.get('/cdn/img/jpeg?w=640&q=61')
    const again = await cdn.get('/cdn/img/jpeg?q=62&w=320&dpr=2&utm_source=x', { Accept: 'image/*' })
    expect(await bytesOf(again)).toEqual(await bytesOf(first))
    expect(cdn.transcodes.length).toBe(before + 1)
    expect(first.headers.get('Server-Timing')).toContain('cache;desc="miss"')
    expect(again.headers.get('Server-Timing')).toContain('cache;desc="hit"')
  })

  it('are 304 without decoding', async () => {
    const etag = (await cdn.get('/cdn/img/jpeg?w=640&q=62', {}, 'HEAD')).headers.get('ETag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}\.2-/)
    const before = cdn.transcodes.length
    const response = await cdn.get('/cdn/img/jpeg?w=640&q=62', { 'If-None-Match': etag })
    expect(response.status).toBe(304)
    expect(response.headers.get('Cache-Control')).toContain('max-age=300')
    expect(cdn.transcodes.length).toBe(before)
    expect((await cdn.get('/cdn/img/jpeg?w=640&q=70', { 'If-None-Match': etag })).status).toBe(200)
  })

  it('answer HEAD without decoding, with the length once it is known', async () => {
    const before = cdn.transcodes.length
    const cold = await cdn.get('/cdn/img/jpeg?w=640&q=65', {}, 'HEAD')
    expect(cold.status).toBe(200)
    expect(cold.headers.get('Content-Length')).toBeNull()
    expect(cold.headers.get('Strata-Plan')).toBe('transcode;layer=2;w=640;f=jpeg')
    expect(cdn.transcodes.length).toBe(before)
    const body = await bytesOf(await cdn.get('/cdn/img/jpeg?w=640&q=65'))
    const warm = await cdn.get('/cdn/img/jpeg?w=640&q=65', {}, 'HEAD')
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

  it('are made of the layer of twice the width, where they are asked for', async () => {
    const response = await cdn.get('/cdn/img/hidden?w=640&ht=2', { Accept: 'image/avif' })
    expect(response.headers.get('Strata-Plan')).toBe('transcode;layer=2;w=640;f=jpeg;ht=2')
    expect(response.headers.get('ETag')).toMatch(/\.2-640x320-jpeg-q75-ht2\.abcd-v\d+"$/)
    expect(response.headers.get('Vary')).toBe('Accept, Save-Data')
    expect(response.headers.get('Cache-Control')).toContain('no-transform')
    expect(requests.at(-1)).toMatchObject({ layer: 2, width: 640, height: 320, ht: 2, quality: 75 })
  })

  it('are smaller with Save-Data, and have another ETag', async () => {
    const response = await cdn.get('/cdn/img/hidden?w=640&ht=2', { 'Save-Data': 'on' })
    expect(response.headers.get('ETag')).toContain('-q50-ht2.abcd-')
    expect(requests.at(-1)).toMatchObject({ quality: 50, ht: 2 })
  })

  it('are plain with ht=1, and where the file has no larger layer', async () => {
    const plain = await cdn.get('/cdn/img/hidden?w=640&ht=1')
    expect(plain.headers.get('Strata-Plan')).toBe('transcode;layer=2;w=640;f=jpeg')
    const large = await cdn.get('/cdn/img/hidden?w=1280&ht=2')
    expect(large.headers.get('Strata-Plan')).toBe('transcode;layer=3;w=1280;f=jpeg')
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
      const body = `jpeg ${width}x${width === 300 ? 200 : width / 2} q${5 + 5 * Math.floor(i / 5)}`
      return {
        url: `/cdn/img/many-${i % 2 ? 'a' : 'b'}?w=${width}${box}&q=${5 + 5 * Math.floor(i / 5)}`,
        body,
      }
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
    const ask = (width: number) => cdn.get(`/cdn/img/large?w=${width}`)
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
    expect(after.headers.get('Cache-Control')).toBe('public, max-age=60, stale-while-revalidate=86400')
    expect(await textOf(after)).not.toBe(before)
    await cdn.request('/cdn/img/changing', { method: 'DELETE' })
    expect((await cdn.get('/cdn/img/changing?w=640')).status).toBe(404)
  })
})

describe('an encoder that fails', () => {
  const failing = (formats: readonly string[], code: StrataErrorCode = 'TRANSCODE_FAILED') => {
    const fake = fakeTranscoder()
    const transcoder: Transcoder = {
      transcode: async (prefix, request) => {
        if (formats.includes(request.format)) throw new StrataError(code, `no ${request.format}`)
        return await fake.transcoder.transcode(prefix, request)
      },
    }
    return createCdn(answerWith(strataFile(7)), { transcoder: () => transcoder })
  }
  const BROWSER = { Accept: 'image/avif,image/webp,image/*,*/*;q=0.8' }

  it.each([
    [['avif'], 'TRANSCODE_FAILED', 'webp'],
    [['avif', 'webp'], 'TRANSCODE_FAILED', 'jpeg'],
    [['avif'], 'NOT_ACCEPTABLE', 'webp'],
    [['avif'], 'INPUT_TOO_LARGE', 'webp'],
  ] as const)('without %o (%s) the next format comes: %s', async (formats, code, expected) => {
    const cdn = failing(formats, code)
    const url = `/cdn/img/without-${formats.join('-')}-${code}`
    await cdn.put(url)
    const response = await cdn.get(`${url}?w=640`, BROWSER)
    expect(response.headers.get('Content-Type')).toBe(`image/${expected}`)
    expect(response.headers.get('Strata-Plan')).toBe(`transcode;layer=2;w=640;f=${expected}`)
    expect(response.headers.get('ETag')).toContain(`-${expected}-`)
    expect(await textOf(response)).toContain(expected)
  })

  it('is an error where every format fails, and where the URL names the format', async () => {
    const cdn = failing(['avif', 'webp', 'jpeg'])
    await cdn.put('/cdn/img/hopeless')
    for (const query of ['w=640', 'w=640&f=avif', 'w=640&f=webp']) {
      const response = await cdn.get(`/cdn/img/hopeless?${query}`, BROWSER)
      expect([query, response.status, (await errorOf(response)).code]).toEqual([
        query,
        502,
        'TRANSCODE_FAILED',
      ])
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  it('is not asked again in another format when the file is at fault', async () => {
    const cdn = failing(['avif'], 'ENTROPY_CORRUPT')
    await cdn.put('/cdn/img/damaged')
    expect((await errorOf(await cdn.get('/cdn/img/damaged?w=640', BROWSER))).code).toBe('ENTROPY_CORRUPT')
  })
})

describe('the address of a picture', () => {
  const cdn = createCdn(answerWith(strataFile(8)))
  beforeAll(() => cdn.put('/cdn/img/named'))

  it.each([
    ['named.jpg', 'jpeg'],
    ['named.jpeg', 'jpeg'],
    ['named.webp', 'webp'],
    ['named.avif', 'avif'],
    ['named.png', 'png'],
    ['named/', 'jpeg'],
    ['named.webp/', 'webp'],
  ])('%s names the format', async (name, format) => {
    const response = await cdn.get(`/cdn/img/${name}?w=320`)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe(`image/${format}`)
  })

  it('may hold a version and an extension', async () => {
    const hash = /W\/"([0-9a-f]+)/.exec(
      (await cdn.get('/cdn/img/named?w=320')).headers.get('ETag') ?? '',
    )?.[1]
    const response = await cdn.get(`/cdn/img/named@${hash}.webp?w=320`)
    expect(response.headers.get('Content-Type')).toBe('image/webp')
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
  })

  it.each([
    ['named.webp?f=avif', 'PARAM_INVALID', 'f: expected webp'],
    ['named.gif', 'ID_INVALID', 'id: '],
    ['named.jpg.png', 'ID_INVALID', 'id: '],
    ['.png', 'ID_INVALID', 'id: '],
  ])('%s is refused: %s', async (name, code, message) => {
    const response = await cdn.get(`/cdn/img/${name}`)
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('may repeat the format', async () => {
    expect((await cdn.get('/cdn/img/named.webp?f=webp')).status).toBe(200)
    expect((await cdn.get('/cdn/img/named.webp?f=auto')).status).toBe(200)
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
