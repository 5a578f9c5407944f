import { describe, expect, it, vi } from 'vitest'
import { StrataError } from '../../../src/core/errors.ts'
import type { Transcoder } from '../../../src/edge/transcoder/transcoder.ts'
import { answerWith, BUCKET, bytesOf, createCdn, errorOf, strataFile, textOf, writeOpen } from '../cdn.ts'

const BROWSER = { Accept: 'image/avif,image/webp,image/*,*/*;q=0.8' }

/** The smallest file that passes for a whole one of its format; `text` makes it recognizable. */
function fileOf(format: string, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text.padEnd(16))
  if (format === 'jpeg') return Uint8Array.of(0xff, 0xd8, 0xff, ...bytes, 0xff, 0xd9)
  const ascii = (part: string) => [...part].map((letter) => letter.charCodeAt(0))
  if (format === 'avif') return Uint8Array.from([0, 0, 0, 16, ...ascii('ftypavif'), ...bytes])
  const length = bytes.length + 4
  return Uint8Array.from([...ascii('RIFF'), length, 0, 0, 0, ...ascii('WEBP'), ...bytes])
}

/** An origin that renders, and what it was asked for. */
function renderer(answer?: (format: string) => Response) {
  const asked: URLSearchParams[] = []
  const render = async (request: Request) => {
    const query = new URL(request.url).searchParams
    asked.push(query)
    await request.arrayBuffer()
    const format = query.get('f') ?? ''
    const size = { 'Strata-Size': `${query.get('w')}x10` }
    return answer?.(format) ?? new Response(fileOf(format, `rendered ${query.get('w')}`), { headers: size })
  }
  return { asked, render }
}

const pending = () => new Promise<Response>(() => undefined)

describe('an image that is not encoded yet', () => {
  it('is rendered in the format and width asked for, and cached shortly', async () => {
    const { asked, render } = renderer()
    const cdn = createCdn(pending, {}, render)
    await writeOpen('fresh', { leaseUntil: Date.now() + 60_000 })
    const response = await cdn.get('/cdn/img/fresh?w=300&dpr=2&h=100&fit=cover&focus=0.2,0.3', BROWSER)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'public, max-age=10',
      'content-type': 'image/avif',
      'strata-plan': 'render;w=600;f=avif',
      vary: 'Accept, Save-Data',
    })
    expect(await textOf(response)).toContain('rendered 600')
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      ...{ w: '600', h: '200', fit: 'cover', focus: '0.2,0.3', f: 'avif', q: '75', wait: '1' },
    })
    const etag = response.headers.get('ETag') ?? ''
    const again = await cdn.get('/cdn/img/fresh?w=300&dpr=2&h=100&fit=cover&focus=0.2,0.3', {
      ...BROWSER,
      'If-None-Match': etag,
    })
    expect([again.status, asked.length]).toEqual([304, 1])
    await cdn.get('/cdn/img/fresh?w=300&ar=1:1&focus=auto', BROWSER)
    expect(Object.fromEntries(asked.splice(1)[0] ?? [])).toMatchObject({
      h: '300',
      fit: 'cover',
      focus: 'auto',
    })
    // Only the origin knows whether it can make the picture.
    const head = await cdn.get('/cdn/img/fresh?w=301', BROWSER, 'HEAD')
    expect([head.status, head.headers.get('Strata-Plan')]).toEqual([200, 'render;w=301;f=avif'])
    expect([head.headers.has('Content-Length'), asked.length]).toEqual([true, 2])
  })

  it('is rendered once for many requests, and nothing of it is kept in the bucket', async () => {
    const { asked, render } = renderer()
    const cdn = createCdn(pending, { persist: true }, render)
    await writeOpen('rush-render', { leaseUntil: Date.now() + 60_000 })
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => cdn.get('/cdn/img/rush-render?w=320&f=jpeg')),
    )
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(asked).toHaveLength(1)
    expect((await BUCKET.list({ prefix: 'picture/rush-render/' })).objects).toEqual([])
  })

  it.each(['f=native', 'f=native&w=320'])('answers 202 to clients that decode: ?%s', async (query) => {
    const { asked, render } = renderer()
    const cdn = createCdn(pending, {}, render)
    await writeOpen('fresh-native', { leaseUntil: Date.now() + 60_000 })
    expect((await cdn.get(`/cdn/img/fresh-native?${query}`)).status).toBe(202)
    expect(asked).toHaveLength(0)
  })

  it.each<[string, () => Response]>([
    ['busy', () => Response.json({ error: { code: 'ORIGIN_BUSY', message: '' } }, { status: 503 })],
    ['broken', () => Response.json({ error: { code: 'INTERNAL', message: '' } }, { status: 500 })],
    ['behind a dead proxy', () => new Response('', { status: 502 })],
    [
      'sending another format',
      () => new Response(fileOf('jpeg', 'x'), { headers: { 'Strata-Size': '1x1' } }),
    ],
    [
      'sending half a file',
      () => new Response(fileOf('webp', 'x').slice(0, -3), { headers: { 'Strata-Size': '1x1' } }),
    ],
    ['sending nothing', () => new Response('', { headers: { 'Strata-Size': '1x1' } })],
    ['not saying the size', () => new Response(fileOf('webp', 'x'))],
    ['sending a page', () => new Response('<html>', { headers: { 'Strata-Size': '1x1' } })],
  ])('answers 202 while the origin is %s, and asks again', async (name, answer) => {
    const { asked, render } = renderer(answer)
    const cdn = createCdn(pending, {}, render)
    const id = `away-${name.replaceAll(' ', '-')}`
    await writeOpen(id, { leaseUntil: Date.now() + 60_000 })
    for (let i = 1; i <= 2; i++) {
      const response = await cdn.get(`/cdn/img/${id}?w=320&f=webp`)
      expect([response.status, (await bytesOf(response)).length]).toEqual([202, 0])
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(asked).toHaveLength(i)
    }
  })

  it('passes on that the picture itself is at fault', async () => {
    const error = { code: 'INPUT_CORRUPT', message: 'picture: cut' }
    const { render } = renderer(() => Response.json({ error }, { status: 422 }))
    const cdn = createCdn(pending, {}, render)
    await writeOpen('cut', { leaseUntil: Date.now() + 60_000 })
    const response = await cdn.get('/cdn/img/cut?w=320')
    expect([response.status, await errorOf(response)]).toEqual([422, error])
  })
})

describe('a ready image with its original', () => {
  it('is rendered above maxTranscodeWidth, and kept', async () => {
    const { asked, render } = renderer()
    const cdn = createCdn(answerWith(strataFile(21)), { persist: true }, render)
    await cdn.put('/cdn/img/wide')
    const response = await cdn.get('/cdn/img/wide?w=3000', BROWSER)
    expect(response.headers.get('Strata-Plan')).toBe('render;w=2400;f=avif')
    expect(response.headers.get('Cache-Control')).toContain('max-age=300')
    expect(await textOf(await cdn.get('/cdn/img/wide?w=9999', BROWSER))).toContain('rendered 2400')
    expect(asked).toHaveLength(1)
    const { objects } = await BUCKET.list({ prefix: 'picture/wide/' })
    expect(objects.map(({ key }) => key.split('/')[3])).toEqual(['render-2400xauto-avif-q75-v2'])
  })

  it('is made at the edge, as wide as that goes, while the origin does not answer', async () => {
    const cdn = createCdn(answerWith(strataFile(22)))
    await cdn.put('/cdn/img/alone')
    const response = await cdn.get('/cdn/img/alone?w=3000', BROWSER)
    expect(response.headers.get('Strata-Plan')).toBe('transcode;layer=3;w=1920;f=webp')
    expect(await textOf(response)).toBe('webp 1920x960 q75')
  })

  it('is rendered in a format that the edge does not make so large, else made there in the next one', async () => {
    const { asked, render } = renderer()
    const cdn = createCdn(answerWith(strataFile(27)), {}, render)
    await cdn.put('/cdn/img/second')
    const response = await cdn.get('/cdn/img/second?w=1900', BROWSER)
    expect(response.headers.get('Strata-Plan')).toBe('render;w=1900;f=avif')
    expect(asked).toHaveLength(1)
    const away = createCdn(answerWith(strataFile(28)))
    await away.put('/cdn/img/second-away')
    const made = await away.get('/cdn/img/second-away?w=1900', BROWSER)
    expect(made.headers.get('Strata-Plan')).toBe('transcode;layer=3;w=1900;f=webp')
  })

  it('is made at the edge where no original is kept', async () => {
    const { asked, render } = renderer()
    const cdn = createCdn(answerWith(strataFile(23)), { keepOriginal: false }, render)
    await cdn.put('/cdn/img/lone')
    const response = await cdn.get('/cdn/img/lone?w=3000', BROWSER)
    expect(response.headers.get('Strata-Plan')).toBe('transcode;layer=3;w=1920;f=webp')
    expect(asked).toHaveLength(0)
  })

  it.each(['TRANSCODE_BUSY', 'MODEL_UNKNOWN'] as const)(
    'is rendered where the edge says %s, and is called so from the cache too, with an ETag of its own',
    async (code) => {
      const { asked, render } = renderer()
      const transcode = () => Promise.reject(new StrataError(code, 'no'))
      const cdn = createCdn(answerWith(strataFile(24)), { transcoder: () => ({ transcode }) }, render)
      const id = `busy-${code}`
      await cdn.put(`/cdn/img/${id}`)
      const response = await cdn.get(`/cdn/img/${id}?w=640`, BROWSER)
      expect([response.status, response.headers.get('Strata-Plan')]).toEqual([200, 'render;w=640;f=avif'])
      const etag = response.headers.get('ETag') ?? ''
      expect(etag).toMatch(/\.2-640x320-avif-q75-v\d+-r"$/)
      expect(await textOf(response)).toContain('rendered 640')
      expect(asked[0]?.get('wait')).toBe('1')
      const again = await cdn.get(`/cdn/img/${id}?w=640`, BROWSER)
      expect(again.headers.get('Server-Timing')).toContain('cache;desc="hit"')
      const head = await cdn.get(`/cdn/img/${id}?w=640`, BROWSER, 'HEAD')
      const same = await cdn.get(`/cdn/img/${id}?w=640`, { ...BROWSER, 'If-None-Match': etag })
      const any = await cdn.get(`/cdn/img/${id}?w=640`, { ...BROWSER, 'If-None-Match': '*' })
      for (const { headers } of [again, head, same, any])
        expect([headers.get('Strata-Plan'), headers.get('ETag')]).toEqual(['render;w=640;f=avif', etag])
      expect([head, same, any].map(({ status }) => status)).toEqual([200, 304, 304])
      // Who holds the edge's picture of this decision need not have this one.
      const edges = etag.replace('-r"', '"')
      const other = await cdn.get(`/cdn/img/${id}?w=640`, { ...BROWSER, 'If-None-Match': edges })
      expect([other.status, other.headers.get('ETag')]).toEqual([304, edges])
    },
  )

  it.each(['TRANSCODE_FAILED', 'INPUT_TOO_LARGE'] as const)(
    'is rendered where the edge makes none of the formats: %s',
    async (code) => {
      const { asked, render } = renderer()
      const formats: string[] = []
      const transcode: Transcoder['transcode'] = async (_, { format }) => {
        formats.push(format)
        throw new StrataError(code, 'no')
      }
      const cdn = createCdn(answerWith(strataFile(26)), { transcoder: () => ({ transcode }) }, render)
      const id = `none-${code}`
      await cdn.put(`/cdn/img/${id}`)
      const response = await cdn.get(`/cdn/img/${id}?w=640`, BROWSER)
      expect([response.status, response.headers.get('Strata-Plan')]).toEqual([200, 'render;w=640;f=jpeg'])
      expect([formats, asked.length]).toEqual([['avif', 'webp', 'jpeg'], 1])
    },
  )

  it('says what the edge says when the origin does not answer either', async () => {
    const transcode = () => Promise.reject(new StrataError('TRANSCODE_BUSY', 'full'))
    const cdn = createCdn(answerWith(strataFile(25)), { transcoder: () => ({ transcode }) })
    await cdn.put('/cdn/img/both-busy')
    const response = await cdn.get('/cdn/img/both-busy?w=640')
    expect([response.status, (await errorOf(response)).code]).toEqual([503, 'TRANSCODE_BUSY'])
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
  })

  it('is rendered while two others are at the transcoder, and waits there where the origin has no place', async () => {
    let isFull = false
    const full = () => Response.json({ error: { code: 'ORIGIN_BUSY', message: 'full' } }, { status: 503 })
    const { asked, render } = renderer((format) =>
      isFull ? full() : new Response(fileOf(format, 'spilt'), { headers: { 'Strata-Size': '640x320' } }),
    )
    const waiting: (() => void)[] = []
    const transcode = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return new TextEncoder().encode('by the edge')
    }
    const cdn = createCdn(answerWith(strataFile(26)), { transcoder: () => ({ transcode }) }, render)
    await cdn.put('/cdn/img/page')
    const ask = (width: number) => cdn.get(`/cdn/img/page?w=${width}`, BROWSER)
    const first = [ask(300), ask(310)]
    await vi.waitFor(() => expect(waiting).toHaveLength(2))
    expect(await textOf(await ask(320))).toContain('spilt')
    isFull = true
    const last = ask(330)
    await vi.waitFor(() => expect(waiting).toHaveLength(3))
    for (const end of waiting) end()
    for (const response of await Promise.all([...first, last]))
      expect([response.status, await textOf(response)]).toEqual([200, 'by the edge'])
    expect(asked).toHaveLength(2)
  })
})
