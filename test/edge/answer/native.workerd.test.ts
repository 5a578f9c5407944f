import { Buffer } from 'node:buffer'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readHeader } from '../../../src/format/reader.ts'
import { answerWith, BUCKET, bytesOf, createCdn, errorOf, strataFile } from '../cdn.ts'

const NATIVE = { Accept: 'image/vnd.strata' }

describe('native answers', () => {
  const file = strataFile()
  const { layers, totalLength } = readHeader(file)
  const end = layers.map((layer) => layer.end)
  const cdn = createCdn(answerWith(file))
  const url = (query: string) => `/cdn/img/native?f=native&${query}`
  let hash = ''

  beforeAll(async () => {
    await cdn.put('/cdn/img/native')
    const etag = (await cdn.get(url('w=320'))).headers.get('ETag') ?? ''
    hash = /^"([0-9a-f]{32})\.0"$/.exec(etag)?.[1] ?? ''
    expect(hash).not.toBe('')
  })

  it.each([
    ['w=320', 0],
    ['w=321', 1],
    ['w=640&dpr=2', 2],
    ['w=2400', 4],
    ['w=9999', 4],
    ['', 4],
  ])('are a prefix of the file: ?%s', async (query, layer) => {
    const response = await cdn.get(url(query))
    const body = await bytesOf(response)
    expect(response.status).toBe(200)
    expect(body).toEqual(file.subarray(0, end[layer]))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
      'content-length': String(end[layer]),
      'content-type': 'image/vnd.strata',
      etag: `"${hash}.${layer}"`,
      'strata-plan': `truncate;layer=${layer}`,
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.get('Server-Timing')).toMatch(/total;dur=\d/)
    expect(readHeader(body).totalLength).toBe(totalLength)
  })

  it('are sent when Accept lists the type', async () => {
    const response = await cdn.get('/cdn/img/native?w=640', NATIVE)
    expect(await bytesOf(response)).toEqual(file.subarray(0, end[1]))
    expect(response.headers.get('Vary')).toBe('Accept')
  })

  it.each([
    ['bytes=0-', 0, 'all'],
    ['bytes=0-9', 0, 10],
    ['bytes=100-199', 100, 200],
    ['bytes=-5', -5, 'all'],
    ['bytes=5-999999', 5, 'all'],
  ] as const)('can be asked for in part: %s', async (range, from, to) => {
    const size = end[1] ?? 0
    const start = from < 0 ? size + from : from
    const stop = to === 'all' ? size : to
    const response = await cdn.get(url('w=640'), { Range: range })
    expect(response.status).toBe(206)
    expect(response.headers.get('Content-Range')).toBe(`bytes ${start}-${stop - 1}/${size}`)
    expect(response.headers.get('Content-Length')).toBe(String(stop - start))
    expect(await bytesOf(response)).toEqual(file.subarray(start, stop))
  })

  it.each(['bytes=5-3', 'bytes=a-b', 'bytes=0-1,4-5', 'pages=1-2', 'bytes'])(
    'ignore a Range that is not one: %s',
    async (range) => {
      const response = await cdn.get(url('w=640'), { Range: range })
      expect(response.status).toBe(200)
      expect((await bytesOf(response)).length).toBe(end[1])
    },
  )

  it('give their length when a range lies outside', async () => {
    const response = await cdn.get(url('w=640'), { Range: `bytes=${end[1]}-` })
    expect(response.status).toBe(416)
    expect(response.headers.get('Content-Range')).toBe(`bytes */${end[1]}`)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect((await errorOf(response)).code).toBe('RANGE_NOT_SATISFIABLE')
  })

  it('are upgraded by the missing range', async () => {
    const small = await bytesOf(await cdn.get(url('w=320')))
    const headers = { Range: `bytes=${small.length}-`, 'If-Range': `"${hash}.0"` }
    const response = await cdn.get(url('w=1280'), headers)
    expect(response.status).toBe(206)
    expect(response.headers.get('ETag')).toBe(`"${hash}.2"`)
    const rest = await bytesOf(response)
    expect(new Uint8Array([...small, ...rest])).toEqual(file.subarray(0, end[2]))
  })

  it.each(['"00112233445566778899aabbccddeeff.0"', '"nonsense"', 'Sun, 06 Nov 1994 08:49:37 GMT'])(
    'are sent whole when If-Range is of something else: %s',
    async (ifRange) => {
      const response = await cdn.get(url('w=1280'), { Range: `bytes=${end[0]}-`, 'If-Range': ifRange })
      expect(response.status).toBe(200)
      expect((await bytesOf(response)).length).toBe(end[2])
    },
  )

  it('answer HEAD as GET, without a body and without regard to Range', async () => {
    const response = await cdn.get(url('w=640'), { Range: 'bytes=0-9' }, 'HEAD')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Length')).toBe(String(end[1]))
    expect(response.headers.get('Content-Type')).toBe('image/vnd.strata')
    expect((await bytesOf(response)).length).toBe(0)
  })

  it.each([(tag: string) => tag, (tag: string) => `W/${tag}`, (tag: string) => `"x", ${tag}`, () => '*'])(
    'are 304 for who has them',
    async (form) => {
      const tag = `"${hash}.1"`
      const response = await cdn.get(url('w=640'), { 'If-None-Match': form(tag), Range: 'bytes=0-1' })
      expect(response.status).toBe(304)
      expect(response.headers.get('ETag')).toBe(tag)
      expect(response.headers.get('Strata-Plan')).toBe('truncate;layer=1')
      expect((await bytesOf(response)).length).toBe(0)
    },
  )

  it('never expire under id@hash, which no other hash reaches', async () => {
    for (const version of [hash, hash.slice(0, 8)]) {
      const response = await cdn.get(`/cdn/img/native@${version}?f=native&w=320`)
      expect(response.status).toBe(200)
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    }
    const other = await cdn.get('/cdn/img/native@00000000?f=native')
    expect(other.status).toBe(404)
  })
})

describe('reads of the bucket', () => {
  it('are one for a file that was just asked for, and none for what was sent before', async () => {
    let reads = 0
    const counted = new Proxy(BUCKET, {
      get(bucket, name) {
        const method = Reflect.get(bucket, name) as (...args: unknown[]) => unknown
        return (...args: unknown[]) => {
          if (name === 'get' || name === 'head') reads++
          return method.apply(bucket, args)
        }
      },
    })
    // A record is believed for a second: on a busy machine the requests take longer.
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const file = strataFile(61)
    const cdn = createCdn(answerWith(file), { bucket: () => counted })
    await cdn.put('/cdn/img/counted')
    await Promise.all(
      ['f=native&w=640', 'w=640'].map(async (query) => bytesOf(await cdn.get(`/cdn/img/counted?${query}`))),
    )
    reads = 0
    const whole = await bytesOf(await cdn.get('/cdn/img/counted?f=native&w=1280'))
    expect(reads).toBe(1)
    const again = await cdn.get('/cdn/img/counted?f=native&w=1280')
    expect(await bytesOf(again)).toEqual(whole)
    expect(again.headers.get('Content-Length')).toBe(String(whole.length))
    const part = await cdn.get('/cdn/img/counted?f=native&w=1280', { Range: 'bytes=100-199' })
    expect([part.status, part.headers.get('Content-Range')]).toEqual([206, `bytes 100-199/${whole.length}`])
    expect(await bytesOf(part)).toEqual(whole.subarray(100, 200))
    await bytesOf(await cdn.get('/cdn/img/counted?w=640'))
    expect(reads).toBe(1)
    expect((await cdn.request('/cdn/img/counted', { method: 'DELETE' })).status).toBe(204)
    expect((await cdn.get('/cdn/img/counted?f=native')).status).toBe(404)
  })

  it('find out within a second that another isolate replaced the file', async () => {
    const options = [strataFile(62), strataFile(63, undefined, 'other')] as const
    const here = createCdn(answerWith(options[0]))
    const there = createCdn(answerWith(options[1]))
    const read = async () => await bytesOf(await here.get('/cdn/img/elsewhere?f=native'))
    await here.put('/cdn/img/elsewhere')
    expect(await read()).toEqual(options[0])
    await there.put('/cdn/img/elsewhere', 'other')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await read()).toEqual(options[1])
  })

  it('are streams where the file is long', async () => {
    const long = strataFile(64, [320], undefined, 6_000_000)
    const cdn = createCdn(answerWith(long))
    await cdn.put('/cdn/img/long')
    expect(long.length).toBeGreaterThan(1024 * 1024)
    for (let i = 0; i < 2; i++) {
      const body = await bytesOf(await cdn.get('/cdn/img/long?f=native'))
      expect(Buffer.compare(body, long)).toBe(0)
    }
  })
})
