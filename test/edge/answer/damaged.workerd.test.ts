import { describe, expect, it } from 'vitest'
import { StrataError } from '../../../src/core/errors.ts'
import { answerWith, BUCKET, bytesOf, createCdn, errorOf, keysOf, strataFile } from '../cdn.ts'
import { asWebp } from '../webp.ts'

const BROWSER = { Accept: 'image/webp,*/*;q=0.8' }
const FILE = strataFile(70, [320, 640])
const SIZE = { 'Content-Type': 'image/webp', 'Strata-Size': '320x160' }

const RENDERED = asWebp(new Uint8Array(50).fill(7), 320, 160, false)

type Changed = (file: Uint8Array) => Uint8Array

/** An image whose file in the bucket is another than was stored. */
async function damaged(id: string, change: Changed, keepOriginal = true) {
  const rendered: string[] = []
  const encodes: string[] = []
  const render = async (request: Request) => {
    rendered.push(await request.text())
    return new Response(RENDERED, { headers: SIZE })
  }
  const encode = async (request: Request) => {
    encodes.push(await request.text())
    return new Response(FILE)
  }
  const cdn = createCdn(encode, { keepOriginal }, render)
  await cdn.put(`/cdn/img/${id}`)
  const key = (await keysOf(id)).find((name) => name.startsWith('strata/')) ?? ''
  const file = new Uint8Array((await (await BUCKET.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0))
  await BUCKET.put(key, change(file))
  return { cdn, key, rendered, encodes }
}

const CASES: readonly [string, Changed][] = [
  ['of no bytes', () => new Uint8Array(0)],
  ['that ends in its header', (file) => file.slice(0, 40)],
  ['that ends in a layer', (file) => file.slice(0, -1)],
  ['whose header is damaged', (file) => file.fill(1, 16, 20)],
  ['that is something else', () => new TextEncoder().encode('<html>')],
]

describe('a stored file', () => {
  it.each(CASES)('%s is made anew from the original, which is rendered until then', async (name, change) => {
    const id = `damaged-${name.replaceAll(' ', '-')}`
    const { cdn, key, rendered, encodes } = await damaged(id, change)
    const response = await cdn.get(`/cdn/img/${id}?w=320`, BROWSER)
    expect([response.status, response.headers.get('Strata-Plan')]).toEqual([200, 'render;w=320;f=webp'])
    expect(await bytesOf(response)).toEqual(RENDERED)
    expect([rendered.length, encodes.length]).toEqual([1, 2])
    // A file under another key took its place.
    expect(await bytesOf(await cdn.get(`/cdn/img/${id}?f=native`))).toEqual(FILE)
    expect(await keysOf(id)).not.toContain(key)
    await cdn.get(`/cdn/img/${id}?w=320`, BROWSER)
    expect(encodes).toHaveLength(2)
  })

  it('of no bytes is not encoded yet for who wants the file, or its description', async () => {
    const { cdn } = await damaged('damaged-native', () => new Uint8Array(0))
    const native = await cdn.get('/cdn/img/damaged-native?f=native')
    expect([native.status, native.headers.get('Retry-After')]).toEqual([202, '1'])

    const { cdn: other } = await damaged('damaged-info', () => new Uint8Array(0))
    const info = await other.get('/cdn/img/damaged-info.json')
    expect([info.status, await info.json()]).toMatchObject([202, { state: 'queued' }])
    expect((await other.get('/cdn/img/damaged-info.json')).status).toBe(200)
  })

  it('of no bytes is told of where no original was kept', async () => {
    const { cdn, encodes } = await damaged('damaged-lost', () => new Uint8Array(0), false)
    for (const path of ['damaged-lost?w=320', 'damaged-lost?f=native', 'damaged-lost.json']) {
      const response = await cdn.get(`/cdn/img/${path}`)
      expect([response.status, (await errorOf(response)).code]).toEqual([422, 'FORMAT_TRUNCATED'])
    }
    expect(encodes).toHaveLength(1)
  })
})

describe('a layer that turns out to be damaged', () => {
  it('is rendered from the original, and the file stays', async () => {
    const { cdn, rendered, encodes } = await damaged('damaged-strip', (file) => file)
    const corrupt = async () => {
      throw new StrataError('ENTROPY_CORRUPT', 'damaged')
    }
    const options = { ...cdn.options, transcoder: () => ({ transcode: corrupt }) }
    const broken = createCdn(answerWith(FILE), options)
    const response = await broken.get('/cdn/img/damaged-strip?w=300', BROWSER)
    expect([response.status, response.headers.get('Strata-Plan')]).toEqual([200, 'render;w=300;f=webp'])
    expect([rendered.length, encodes.length]).toEqual([1, 1])
  })
})
