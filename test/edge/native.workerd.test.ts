import { beforeAll, describe, expect, it } from 'vitest'
import { readHeader } from '../../src/format/reader.ts'
import { answerWith, bytesOf, createCdn, errorOf, strataFile } from './cdn.ts'

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
      'cache-control': 'public, no-cache',
      'content-length': String(end[layer]),
      'content-type': 'image/vnd.strata',
      etag: `"${hash}.${layer}"`,
      'strata-plan': `truncate;layer=${layer}`,
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.get('Server-Timing')).toMatch(/total;dur=\d/)
    expect(readHeader(body).totalLength).toBe(totalLength)
  })

  it('go to who lists the type in Accept', async () => {
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

  it('say how long they are when a range lies outside', async () => {
    const response = await cdn.get(url('w=640'), { Range: `bytes=${end[1]}-` })
    expect(response.status).toBe(416)
    expect(response.headers.get('Content-Range')).toBe(`bytes */${end[1]}`)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect((await errorOf(response)).code).toBe('RANGE_NOT_SATISFIABLE')
  })

  it('are upgraded by the range that is missing', async () => {
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
