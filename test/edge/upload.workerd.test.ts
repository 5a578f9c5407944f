import { describe, expect, it } from 'vitest'
import { answerWith, BUCKET, bytesOf, createCdn, errorOf, keysOf, strataFile } from './cdn.ts'

/** An origin whose answers the test releases one by one, in any order. */
function heldOrigin() {
  const calls: { readonly body: string; readonly url: URL; answer: (response: Response) => void }[] = []
  const encode = async (request: Request): Promise<Response> => {
    const body = await request.text()
    return await new Promise((answer) => calls.push({ body, url: new URL(request.url), answer }))
  }
  const call = async (index: number) => {
    while (calls[index] === undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    return calls[index]
  }
  return { encode, call, calls }
}

const failure = (code: string, status: number) => () =>
  Response.json({ error: { code, message: `${code} by the origin` } }, { status })

describe('an upload', () => {
  it('is accepted at once and served when the origin has encoded it', async () => {
    const origin = heldOrigin()
    const cdn = createCdn(origin.encode)
    const background: Promise<unknown>[] = []
    const put = await cdn.put('/cdn/img/new?widths=320,640&quality=50&bg=fff', 'the original', {}, background)
    expect(put.status).toBe(202)
    expect(put.headers.get('Location')).toBe('/cdn/img/new')
    expect(put.headers.get('Retry-After')).toMatch(/^\d+$/)

    const call = await origin.call(0)
    expect(call.body).toBe('the original')
    expect(call.url.href).toBe('http://origin.test/encode?widths=320%2C640&quality=50&bg=fff')
    const waiting = await cdn.get('/cdn/img/new?w=640')
    expect(waiting.status).toBe(202)
    expect(waiting.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(waiting.headers.get('Cache-Control')).toBe('no-store')
    expect(await waiting.text()).toBe('')
    const info = await cdn.get('/cdn/img/new.json')
    expect([info.status, await info.json()]).toEqual([202, { state: 'pending' }])

    const file = strataFile(10)
    call.answer(new Response(file))
    await Promise.all(background)
    expect(await bytesOf(await cdn.get('/cdn/img/new?f=native'))).toEqual(file)
    const keys = await keysOf('new')
    expect(keys.map((key) => key.split('/')[0])).toEqual(['original', 'strata'])
    const stored = await BUCKET.head(keys[1] ?? '')
    expect(stored?.customMetadata).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })

  it('describes itself', async () => {
    const file = strataFile(11, [320, 640])
    const cdn = createCdn(answerWith(file))
    await cdn.put('/cdn/img/described')
    const response = await cdn.get('/cdn/img/described.json')
    expect(response.headers.get('Content-Type')).toMatch('application/json')
    const info = await response.json<Record<string, unknown>>()
    expect(info).toMatchObject({
      format: 'strata',
      modelSet: '0123456789abcdef',
      bytes: file.length,
      source: { width: 640, height: 320, sha256: '00112233445566778899aabbccddeeff' },
      layers: [
        { index: 0, width: 320, height: 160, quality: 60 },
        { index: 1, width: 640, height: 320, quality: 60, end: file.length },
      ],
      placeholder: { steps: 3, base64: expect.stringMatching(/^[\w+/]{64}$/) },
      state: 'ready',
    })
    expect(info.etag).toBe((await cdn.get('/cdn/img/described?f=native')).headers.get('ETag'))
  })

  it('replaces the one before', async () => {
    let seed = 20
    const cdn = createCdn(() => new Response(strataFile(seed)))
    await cdn.put('/cdn/img/again')
    seed = 21
    await cdn.put('/cdn/img/again')
    expect(await bytesOf(await cdn.get('/cdn/img/again?f=native'))).toEqual(strataFile(21))
    expect(await keysOf('again')).toHaveLength(2)
  })

  it.each([
    ['the older ends last', [1, 0]],
    ['the newer ends last', [0, 1]],
  ])('is never overwritten by an older one: %s', async (_, order) => {
    const id = `race-${order.join('')}`
    const origin = heldOrigin()
    const cdn = createCdn(origin.encode)
    const background: Promise<unknown>[] = []
    await cdn.put(`/cdn/img/${id}`, 'first', {}, background)
    await origin.call(0)
    await cdn.put(`/cdn/img/${id}`, 'second', {}, background)
    await origin.call(1)
    for (const index of order) {
      const { answer, body } = await origin.call(index)
      answer(new Response(strataFile(body === 'first' ? 30 : 31)))
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    await Promise.all(background)
    expect(await bytesOf(await cdn.get(`/cdn/img/${id}?f=native`))).toEqual(strataFile(31))
    expect(await keysOf(id)).toHaveLength(2)
  })

  it('that is deleted while it is encoded leaves nothing', async () => {
    const origin = heldOrigin()
    const cdn = createCdn(origin.encode)
    const background: Promise<unknown>[] = []
    await cdn.put('/cdn/img/gone', 'bytes', {}, background)
    const { answer } = await origin.call(0)
    expect((await cdn.request('/cdn/img/gone', { method: 'DELETE' })).status).toBe(204)
    answer(new Response(strataFile(40)))
    await Promise.all(background)
    expect((await cdn.get('/cdn/img/gone')).status).toBe(404)
    expect(await keysOf('gone')).toEqual([])
  })

  it('waits for an origin that is busy', async () => {
    let calls = 0
    const busy = () => new Response(null, { status: 503, headers: { 'Retry-After': '0.01' } })
    const cdn = createCdn(() => (++calls < 3 ? busy() : new Response(strataFile(41))))
    await cdn.put('/cdn/img/busy')
    expect((await cdn.get('/cdn/img/busy?f=native')).status).toBe(200)
    expect(calls).toBe(3)
  })

  it('whose encoding died is taken up by the next request after its lease', async () => {
    const cdn = createCdn(answerWith(strataFile(42)))
    const token = 'dead'
    await BUCKET.put(`original/dead/${token}`, 'bytes')
    const record = {
      status: 'pending',
      token,
      uploaded: '',
      original: `original/dead/${token}`,
      params: {},
      attempt: 1,
    }
    await BUCKET.put('state/dead', JSON.stringify({ ...record, leaseUntil: Date.now() - 1 }))
    expect((await cdn.get('/cdn/img/dead')).status).toBe(202)
    expect((await cdn.get('/cdn/img/dead?f=native')).status).toBe(200)
  })

  it('whose encoding died three times has failed', async () => {
    const cdn = createCdn(answerWith(strataFile(43)))
    const original = 'original/doomed/t'
    await BUCKET.put(original, 'bytes')
    const record = { status: 'pending', token: 't', uploaded: '', original, params: {}, attempt: 3 }
    await BUCKET.put('state/doomed', JSON.stringify({ ...record, leaseUntil: Date.now() - 1 }))
    await cdn.get('/cdn/img/doomed')
    const response = await cdn.get('/cdn/img/doomed')
    expect(response.status).toBe(502)
    expect(await errorOf(response)).toEqual({
      code: 'ORIGIN_FAILED',
      message: 'the encoding was cut off 3 times',
    })
    expect(await keysOf('doomed')).toEqual([])
  })
})

describe('an upload that fails', () => {
  it.each([
    ['INPUT_CORRUPT', 422],
    ['INPUT_UNSUPPORTED', 415],
    ['INPUT_TOO_LARGE', 413],
    ['PARAM_INVALID', 400],
  ])('answers with what the origin said: %s', async (code, status) => {
    const id = `failed-${code}`
    let calls = 0
    const cdn = createCdn(() => {
      calls++
      return failure(code, status)()
    })
    expect((await cdn.put(`/cdn/img/${id}`)).status).toBe(202)
    for (const path of [`/cdn/img/${id}?w=640`, `/cdn/img/${id}.json`]) {
      const response = await cdn.get(path)
      expect(response.status).toBe(status)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(await errorOf(response)).toEqual({ code, message: `${code} by the origin` })
    }
    expect(calls).toBe(1)
    expect(await keysOf(id)).toEqual([])
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['no .strata', new TextEncoder().encode('<html>'.repeat(100))],
    ['half a file', strataFile(50).subarray(0, 3000)],
  ])('stores nothing when the origin sends %s', async (name, answer) => {
    const id = `bad-${name.length}`
    const cdn = createCdn(answerWith(answer))
    await cdn.put(`/cdn/img/${id}`)
    const response = await cdn.get(`/cdn/img/${id}`)
    expect(response.status).toBe(502)
    expect((await errorOf(response)).code).toBe('ORIGIN_FAILED')
    expect(await keysOf(id)).toEqual([])
  })

  it('can be made good by another', async () => {
    let good = false
    const cdn = createCdn((request) =>
      good ? answerWith(strataFile(51))(request) : failure('INPUT_CORRUPT', 422)(),
    )
    await cdn.put('/cdn/img/healed')
    good = true
    await cdn.put('/cdn/img/healed')
    expect((await cdn.get('/cdn/img/healed?f=native')).status).toBe(200)
  })
})
