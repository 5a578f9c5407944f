import { describe, expect, it } from 'vitest'
import { r2Store } from '../../../src/edge/store/r2.ts'
import { ImageStore } from '../../../src/edge/store/store.ts'
import {
  answerWith,
  BUCKET,
  bytesOf,
  createCdn,
  createQueuedCdn,
  errorOf,
  keysOf,
  pictureOf,
  strataFile,
} from '../cdn.ts'

const FILE = strataFile(80, undefined, 'good')

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** A cdn with one image, and the keys of its objects. */
async function withImage(id: string) {
  const cdn = createCdn(answerWith(FILE))
  await cdn.put(`/cdn/img/${id}`, 'good')
  const info = await (await cdn.get(`/cdn/img/${id}.json`)).json<{ etag: string }>()
  return { cdn, keys: await keysOf(id), etag: info.etag }
}

describe('an upload that is no picture', () => {
  const boundary = '------------------------d74496d66958873e'
  const form = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG`
  const multipart = `multipart/form-data; boundary=${boundary}`
  const urlencoded = 'application/x-www-form-urlencoded'

  it.each([
    ['curl -F', form, multipart, "got a form; send the file's bytes, e.g. curl -T"],
    ['a form of no known kind', form, 'image/png', "got a form; send the file's bytes, e.g. curl -T"],
    ['curl -d', 'file=a.png&x=1', urlencoded, "got a form; send the file's bytes, e.g. curl -T"],
    ['gzip', '\x1f\x8b\x08\0\0\0\0\0', 'image/png', 'got gzip data; send the picture as it is'],
    ['a data: URI', 'data:image/png;base64,iVBORw0KGgo=', 'text/plain', 'got a data: URI; send the bytes'],
    ['HTML', '<!doctype html><title>404</title>', 'image/jpeg', 'got an HTML page'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml', 'got an SVG or XML document'],
    ['JPEG XL', '\xff\x0a\0\0\0\0', 'image/jxl', 'got a JPEG XL file; convert it'],
    ['BMP', 'BM\0\0\0\0', 'image/bmp', 'got a BMP file; convert it'],
    ['text', 'hello', 'image/png', 'got text'],
    ['text by curl --data-binary', 'no picture, only text', urlencoded, 'got text'],
    ['SVG by curl --data-binary', '<svg xmlns="http://www.w3.org/2000/svg"/>', urlencoded, 'got an SVG'],
    ['JSON', '{"image": "x"}', 'application/json', 'got JSON'],
    ['zeros', '\0\0\0\0\0\0\0\0', 'image/png', 'got something else'],
  ])('is refused at once, and what was there stays: %s', async (name, text, type, said) => {
    const id = `kind-${name.replace(/\W/g, '-')}`
    const { cdn, keys } = await withImage(id)
    const response = await cdn.put(`/cdn/img/${id}`, bytes(text), { 'Content-Type': type })
    expect(response.status).toBe(415)
    const message = expect.stringContaining(said)
    expect(await errorOf(response)).toEqual({ code: 'INPUT_UNSUPPORTED', message })
    expect(await keysOf(id)).toEqual(keys)
    const info = await (await cdn.get(`/cdn/img/${id}.json`)).json<Record<string, unknown>>()
    expect([info.state, info.replacing]).toEqual(['ready', undefined])
    expect(await bytesOf(await cdn.get(`/cdn/img/${id}?f=native`))).toEqual(FILE)
  })

  /** A body that goes on for ever, and how many kilobytes of it were read. */
  function endless() {
    const read = { kilobytes: 0 }
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        read.kilobytes++
        controller.enqueue(new Uint8Array(1000).fill(0x20))
      },
    })
    return { read, body }
  }

  it('is never stored, however long it is, and not read to its end', async () => {
    const touched: string[] = []
    const watched = new Proxy(BUCKET, {
      get(bucket, method: keyof R2Bucket) {
        const real = bucket[method] as (...args: unknown[]) => unknown
        return (...args: unknown[]) => {
          if (method === 'put') touched.push(String(args[0]))
          return real.apply(bucket, args)
        }
      },
    })
    const production = { development: () => false, uploadToken: () => 'token' }
    const cdn = createCdn(answerWith(FILE), { bucket: () => watched, ...production })
    const { read, body } = endless()
    const headers = { 'Content-Length': '10000000', Authorization: 'Bearer token' }
    const response = await cdn.request('/cdn/img/endless', { method: 'PUT', body, headers })
    expect([response.status, touched]).toEqual([415, []])
    expect(read.kilobytes).toBeLessThan(10)
  })

  it("is read to its end in development: wrangler's proxy would fail the next request", async () => {
    const cdn = createCdn(answerWith(FILE))
    const { read, body } = endless()
    const headers = { 'Content-Length': '100000' }
    const response = await cdn.request('/cdn/img/endless', { method: 'PUT', body, headers })
    expect(response.status).toBe(415)
    expect(read.kilobytes).toBeGreaterThanOrEqual(100)
    expect(read.kilobytes).toBeLessThan(110)
  })

  it('is read to its end in development where a condition refuses it', async () => {
    const { cdn } = await withImage('condition')
    const { read, body } = endless()
    const start = new Blob([bytes('GIF89a')]).stream()
    const whole = new ReadableStream<Uint8Array>({
      async start(controller) {
        for await (const chunk of start) controller.enqueue(chunk)
        for await (const chunk of body) {
          controller.enqueue(chunk)
          if (read.kilobytes > 100) break
        }
        controller.close()
      },
    })
    const headers = { 'Content-Length': '100006', 'If-None-Match': '*' }
    const response = await cdn.request('/cdn/img/condition', { method: 'PUT', body: whole, headers })
    expect(response.status).toBe(412)
    expect(read.kilobytes).toBeGreaterThanOrEqual(100)
  })
})

describe('an upload that is a picture', () => {
  it('is taken whatever its type claims, in chunks of any size, and gets the type of its bytes', async () => {
    let got = ''
    const cdn = createCdn(async (request) => {
      got = await request.text()
      return new Response(strataFile(81, undefined, got))
    })
    const text = pictureOf('x'.repeat(2000))
    let at = 0
    const chunks = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at === text.length) return controller.close()
        const end = Math.min(text.length, at + 1 + (at % 7))
        controller.enqueue(bytes(text.slice(at, end)))
        at = end
      },
    })
    const headers = {
      'Content-Length': String(text.length),
      'Content-Type': 'application/x-www-form-urlencoded', // of curl --data-binary
    }
    const put = await cdn.request('/cdn/img/chunks', { method: 'PUT', body: chunks, headers })
    expect([put.status, got]).toEqual([202, text])
    const original = await cdn.get('/cdn/img/chunks/original')
    expect(original.headers.get('Content-Type')).toBe('image/gif')
  })

  it('may be HEIC, which the origin decides', async () => {
    const cdn = createCdn(() =>
      Response.json({ error: { code: 'INPUT_UNSUPPORTED', message: 'HEIC' } }, { status: 415 }),
    )
    expect((await cdn.put('/cdn/img/heic', bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'))).status).toBe(202)
    expect((await cdn.get('/cdn/img/heic')).status).toBe(415)
  })
})

describe('conditions of an upload', () => {
  async function expectRefused(response: Response, header: string): Promise<void> {
    expect(response.status).toBe(412)
    const message = expect.stringMatching(`^${header}: `)
    expect(await errorOf(response)).toEqual({ code: 'PRECONDITION_FAILED', message })
  }

  it('If-None-Match: * makes an image and replaces none', async () => {
    const { cdn, keys } = await withImage('create')
    const only = { 'If-None-Match': '*' }
    await expectRefused(await cdn.put('/cdn/img/create', 'other', only), 'If-None-Match')
    expect(await keysOf('create')).toEqual(keys)
    expect((await cdn.put('/cdn/img/create-new', 'good', only)).status).toBe(202)
    await expectRefused(await cdn.put('/cdn/img/create-new', 'other', only), 'If-None-Match')
  })

  it('If-None-Match: * takes an upload that failed for nothing', async () => {
    const cdn = createCdn(() =>
      Response.json({ error: { code: 'INPUT_CORRUPT', message: 'cut' } }, { status: 422 }),
    )
    const only = { 'If-None-Match': '*' }
    for (const text of ['one', 'two']) expect((await cdn.put('/cdn/img/tried', text, only)).status).toBe(202)
  })

  it('If-Match replaces the very file that its ETag names', async () => {
    const { cdn, keys, etag } = await withImage('match')
    for (const other of ['"00.4"', `W/${etag}`, 'x'])
      await expectRefused(await cdn.put('/cdn/img/match', 'other', { 'If-Match': other }), 'If-Match')
    expect(await keysOf('match')).toEqual(keys)
    expect((await cdn.put('/cdn/img/match', 'good', { 'If-Match': `"00.4", ${etag}` })).status).toBe(202)
    expect((await cdn.put('/cdn/img/match', 'good', { 'If-Match': '*' })).status).toBe(202)
    await expectRefused(await cdn.put('/cdn/img/match-none', 'good', { 'If-Match': '*' }), 'If-Match')
    await expectRefused(await cdn.put('/cdn/img/match-none', 'good', { 'If-Match': etag }), 'If-Match')
    expect(await keysOf('match-none')).toEqual([])
  })

  it('If-Match does not overtake an upload that waits', async () => {
    const { cdn, etag } = await withImage('overtake')
    const queued = createQueuedCdn(answerWith(FILE))
    expect((await queued.put('/cdn/img/overtake', 'second', { 'If-Match': etag })).status).toBe(202)
    await expectRefused(await cdn.put('/cdn/img/overtake', 'third', { 'If-Match': etag }), 'If-Match')
  })

  it('hold when two come at once: one of them makes the image', async () => {
    const { put } = createQueuedCdn(answerWith(FILE))
    const only = { 'If-None-Match': '*' }
    const texts = ['one', 'two', 'three', 'four']
    const answers = await Promise.all(texts.map((text) => put('/cdn/img/at-once', text, only)))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 412, 412, 412])
    expect(await keysOf('at-once')).toHaveLength(1)
  })
})

describe('first uploads of one id at once', () => {
  it('leave one original, that of the record', async () => {
    const { put } = createQueuedCdn(answerWith(FILE))
    const texts = ['one', 'two', 'three', 'four', 'five']
    const answers = await Promise.all(texts.map((text) => put('/cdn/img/first', text)))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    const { state } = await new ImageStore(r2Store(BUCKET)).requireState('first')
    expect(await keysOf('first')).toEqual([state.original])
  })

  it('write the record only where there is none', async () => {
    const store = new ImageStore(r2Store(BUCKET))
    const state = {
      status: 'queued',
      token: 't',
      uploaded: '',
      sha256: '',
      params: {},
      original: 'o',
    } as const
    const open = { ...state, attempt: 0, leaseUntil: 0 }
    const written = await store.writeState('only-one', open)
    expect(written).toBeTypeOf('string')
    expect(await store.writeState('only-one', { ...open, token: 'other' })).toBeUndefined()
    expect(await store.requireState('only-one')).toEqual({ state: open, etag: written })
  })
})
