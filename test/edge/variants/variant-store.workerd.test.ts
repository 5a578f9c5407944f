import { describe, expect, it } from 'vitest'
import { r2Store } from '../../../src/edge/store/r2.ts'
import { ImageStore } from '../../../src/edge/store/store.ts'
import { EMBED_MODELS } from '../../../src/edge/transcoder/embed-models.ts'
import { VariantStore } from '../../../src/edge/variants/variant-store.ts'
import { readHeader } from '../../../src/format/reader.ts'
import {
  answerWith,
  BUCKET,
  bytesOf,
  createCdn,
  errorOf,
  fakeTranscoder,
  keysOf,
  strataFile,
  textOf,
} from '../cdn.ts'

const kept = async (id: string) =>
  (await BUCKET.list({ prefix: `picture/${id}/` })).objects.map(({ key }) => key)

describe('JPEGs that are kept', () => {
  it('are made once for all data centres', async () => {
    const cdn = createCdn(answerWith(strataFile(51)), { persist: true })
    await cdn.put('/cdn/img/kept')
    const first = await bytesOf(await cdn.get('/cdn/img/kept?w=640'))
    expect(cdn.transcodes).toHaveLength(1)
    const [key] = await kept('kept')
    expect(key).toMatch(/^picture\/kept\/[0-9a-f]{32}\/2-640x320-jpeg-q75-v\d+$/)

    // As in another place: what the Cache API has is gone.
    const { default: cache } = caches as unknown as { default: Cache }
    expect(await cache.delete(`http://cdn.localhost/.strata/${key?.replace(/([^/]+)$/, 'l$1')}`)).toBe(true)
    const other = createCdn(answerWith(strataFile(51)), { persist: true })
    const head = await other.get('/cdn/img/kept?w=640', {}, 'HEAD')
    expect(head.headers.get('Content-Length')).toBe(String(first.length))
    const again = await other.get('/cdn/img/kept?w=640')
    expect(await bytesOf(again)).toEqual(first)
    expect(again.headers.get('Server-Timing')).toContain('cache;desc="hit"')
    expect(other.transcodes).toHaveLength(0)
  })

  it('are removed when their image is deleted or replaced, and stay when the same upload comes again', async () => {
    let file = strataFile(52)
    const cdn = createCdn((request) => answerWith(file)(request), { persist: true })
    await cdn.put('/cdn/img/going')
    await cdn.put('/cdn/img/going-on')
    for (const id of ['going', 'going-on']) {
      await Promise.all([320, 640, 1280].map((w) => cdn.get(`/cdn/img/${id}?w=${w}`)))
    }
    expect(await kept('going')).toHaveLength(3)
    await cdn.put('/cdn/img/going')
    expect(await kept('going')).toHaveLength(3)
    file = strataFile(53, undefined, 'another picture')
    await cdn.put('/cdn/img/going', 'another picture')
    expect(await kept('going')).toHaveLength(0)
    await cdn.get('/cdn/img/going?w=320')
    expect(await kept('going')).toHaveLength(1)
    expect((await cdn.request('/cdn/img/going', { method: 'DELETE' })).status).toBe(204)
    expect(await kept('going')).toHaveLength(0)
    expect(await kept('going-on')).toHaveLength(3)
  })

  it('are not kept when their image is deleted while they are made', async () => {
    let [begin, release] = [() => {}, () => {}]
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const transcode = async () => {
      begin()
      await released
      return Uint8Array.of(1)
    }
    const cdn = createCdn(answerWith(strataFile(54)), { persist: true, transcoder: () => ({ transcode }) })
    await cdn.put('/cdn/img/late')
    const answer = cdn.get('/cdn/img/late?w=320')
    await begun
    await cdn.request('/cdn/img/late', { method: 'DELETE' })
    release()
    expect((await answer).status).toBe(200)
    expect(await kept('late')).toHaveLength(0)
  })

  it('are not kept by default', async () => {
    const cdn = createCdn(answerWith(strataFile(55)))
    await cdn.put('/cdn/img/unkept')
    await cdn.get('/cdn/img/unkept?w=320')
    expect(await kept('unkept')).toHaveLength(0)
  })

  it('are made anew while the bucket fails', async () => {
    const broken = new Proxy({} as R2Bucket, { get: () => () => Promise.reject(new Error('down')) })
    const jpegs = new VariantStore(r2Store(broken))
    const name = { id: 'x', hash: 'h', type: 'image/jpeg', decision: 'd' }
    expect(await jpegs.find(name)).toBeUndefined()
    expect(await jpegs.measure(name)).toBeUndefined()
    await expect(
      jpegs.keep(name, new Uint8Array(1), new ImageStore(r2Store(BUCKET)), 'edge'),
    ).rejects.toThrow('down')
  })
})

describe('an edge without a transcoder', () => {
  const file = strataFile(56)
  const { layers } = readHeader(file)
  const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...new Array(40).fill(7))

  it('serves .strata files and kept JPEGs, and else says what it lacks', async () => {
    const { transcoder } = fakeTranscoder()
    const models = { ...transcoder, embedModels: EMBED_MODELS }
    const full = createCdn(answerWith(file), { persist: true, keepOriginal: false, transcoder: () => models })
    await full.put('/cdn/img/lean')
    const jpeg = await textOf(await full.get('/cdn/img/lean?w=320&q=33'))
    const options = { persist: true, keepOriginal: false, transcoder: () => undefined }
    const lean = createCdn(answerWith(file), options)
    expect(await bytesOf(await lean.get('/cdn/img/lean?f=native&w=640'))).toEqual(
      file.subarray(0, layers[1]?.end),
    )
    expect(await textOf(await lean.get('/cdn/img/lean?w=320&q=33'))).toBe(jpeg)
    for (const method of ['GET', 'HEAD']) {
      const missing = await lean.get('/cdn/img/lean?w=1280', {}, method)
      expect([missing.status, missing.headers.get('Retry-After')]).toEqual([503, '1'])
      if (method === 'GET') expect((await errorOf(missing)).code).toBe('TRANSCODER_MISSING')
    }
  })

  it('serves the original where option serveOriginal allows it', async () => {
    const own = strataFile(57, undefined, PNG)
    const cdn = createCdn(answerWith(own), { transcoder: () => undefined, serveOriginal: true })
    await cdn.put('/cdn/img/uploaded', PNG)
    const response = await cdn.get('/cdn/img/uploaded?w=640')
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/png'])
    expect(response.headers.get('Strata-Plan')).toBe('original')
    // A client that decodes is sent layers, so the answer depends on what it accepts.
    expect(response.headers.get('Vary')).toContain('Accept')
    expect(response.headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox")
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await bytesOf(response)).toEqual(PNG)
    const head = await cdn.get('/cdn/img/uploaded?w=640', {}, 'HEAD')
    expect(head.status).toBe(200)
  })

  it('does not serve an original that only claims to be a picture', async () => {
    const cdn = createCdn(answerWith(strataFile(58)), {
      transcoder: () => undefined,
      serveOriginal: true,
    })
    await cdn.put('/cdn/img/evil')
    const [original] = await keysOf('evil')
    await BUCKET.put(original!, '<script>', { httpMetadata: { contentType: 'image/png' } })
    expect((await cdn.get('/cdn/img/evil?w=640')).status).toBe(503)
  })

  it('serves the original while an image is encoded', async () => {
    let finish = (): void => undefined
    const encoded = new Promise<void>((resolve) => {
      finish = resolve
    })
    const cdn = createCdn(() => encoded.then(() => new Response('no', { status: 500 })), {
      serveOriginal: true,
    })
    const background: Promise<unknown>[] = []
    await cdn.put('/cdn/img/waiting', PNG, {}, background)
    const response = await cdn.get('/cdn/img/waiting?w=640')
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/png'])
    expect(await bytesOf(response)).toEqual(PNG)
    await cdn.request('/cdn/img/waiting', { method: 'DELETE' })
    finish()
    await Promise.all(background)
  })
})
