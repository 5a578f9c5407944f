import { describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import {
  answerWith,
  BUCKET,
  bytesOf,
  createCdn,
  errorOf,
  keysOf,
  ORIGINAL,
  pictureOf,
  strataFile,
  textOf,
  writeOpen,
} from '../cdn.ts'

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
    const put = await cdn.put('/cdn/img/new?widths=320,640&quality=50&bg=ffe', 'the original', {}, background)
    expect(put.status).toBe(202)
    expect(put.headers.get('Location')).toBe('/cdn/img/new')
    expect(put.headers.get('Retry-After')).toMatch(/^\d+$/)

    const call = await origin.call(0)
    expect(call.body).toBe(pictureOf('the original'))
    expect(call.url.href).toBe('http://origin.test/encode?widths=320%2C640&quality=50&bg=ffffee')
    const waiting = await cdn.get('/cdn/img/new?w=640')
    expect(waiting.status).toBe(202)
    expect(waiting.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(waiting.headers.get('Cache-Control')).toBe('no-store')
    expect(await waiting.text()).toBe('')
    const info = await cdn.get('/cdn/img/new.json')
    expect([info.status, await info.json()]).toEqual([202, { state: 'encoding', attempt: 1 }])

    const file = strataFile(10, [320, 640], 'the original')
    call.answer(new Response(file))
    await Promise.all(background)
    expect(await bytesOf(await cdn.get('/cdn/img/new?f=native'))).toEqual(file)
    const keys = await keysOf('new')
    expect(keys.map((key) => key.split('/')[0])).toEqual(['original', 'strata'])
    const stored = await BUCKET.head(keys[1] ?? '')
    expect(stored?.customMetadata).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })

  it('is described by its .json address', async () => {
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
      source: { width: 640, height: 320, sha256: expect.stringMatching(/^[0-9a-f]{32}$/) },
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
    const cdn = createCdn(async (request) => new Response(strataFile(20, [320], await request.text())))
    await cdn.put('/cdn/img/again', 'first')
    await cdn.put('/cdn/img/again', 'second')
    const file = strataFile(20, [320], 'second')
    expect(await bytesOf(await cdn.get('/cdn/img/again?f=native'))).toEqual(file)
    expect(await keysOf('again')).toHaveLength(2)
  })

  it('of the same bytes with the same parameters is not encoded again', async () => {
    const encodes: string[] = []
    const cdn = createCdn((request) => {
      encodes.push(new URL(request.url).search)
      return new Response(strataFile(20))
    })
    for (const query of ['', '', '?quality=50', '?quality=50', '']) {
      const put = await cdn.put(`/cdn/img/same${query}`)
      expect([put.status, put.headers.get('Location')]).toEqual([202, '/cdn/img/same'])
    }
    expect(encodes).toEqual(['', '?quality=50', ''])
    expect(await keysOf('same')).toHaveLength(2)
    const put = await cdn.put('/cdn/img/same')
    expect(await put.json()).toEqual({ id: 'same', state: 'ready' })
  })

  it('that is being encoded already is not encoded twice', async () => {
    const origin = heldOrigin()
    const cdn = createCdn(origin.encode)
    const background: Promise<unknown>[] = []
    await cdn.put('/cdn/img/twice', 'bytes', {}, background)
    const { answer } = await origin.call(0)
    expect(await (await cdn.put('/cdn/img/twice', 'bytes', {}, background)).json()).toEqual({
      id: 'twice',
      state: 'encoding',
    })
    answer(new Response(strataFile(22, [320], 'bytes')))
    await Promise.all(background)
    expect(origin.calls).toHaveLength(1)
    expect(await keysOf('twice')).toHaveLength(2)
  })

  it('is hashed while it is stored', async () => {
    const cdn = createCdn(failure('INPUT_CORRUPT', 422))
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    bytes.set(new TextEncoder().encode(ORIGINAL))
    await cdn.put('/cdn/img/hashed', bytes)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const record = await (await BUCKET.get('state/hashed'))?.json<{ sha256: string }>()
    expect(record?.sha256).toBe(hex(digest))
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
      answer(new Response(strataFile(30, [320], body)))
      await background[index]
    }
    expect(await bytesOf(await cdn.get(`/cdn/img/${id}?f=native`))).toEqual(strataFile(30, [320], 'second'))
    expect(await keysOf(id)).toHaveLength(2)
  })

  it('that is deleted while it is encoded leaves nothing', async () => {
    const origin = heldOrigin()
    const cdn = createCdn(origin.encode)
    const background: Promise<unknown>[] = []
    await cdn.put('/cdn/img/gone', 'bytes', {}, background)
    const { answer } = await origin.call(0)
    expect((await cdn.request('/cdn/img/gone', { method: 'DELETE' })).status).toBe(204)
    answer(new Response(strataFile(40, [320], 'bytes')))
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

  it('whose encoding died is resumed by the next request after its lease', async () => {
    const cdn = createCdn(answerWith(strataFile(42)))
    await writeOpen('dead', { status: 'encoding', attempt: 1, leaseUntil: Date.now() - 1 })
    const background: Promise<unknown>[] = []
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => cdn.request('/cdn/img/dead', {}, background)),
    )
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    await Promise.all(background)
    expect((await cdn.get('/cdn/img/dead?f=native')).status).toBe(200)
    expect(await keysOf('dead')).toEqual(['original/dead/t', 'strata/dead/t-2'])
  })

  it('whose encoding died too often has failed, but can be encoded from its original', async () => {
    const cdn = createCdn(answerWith(strataFile(43)))
    await writeOpen('doomed', { status: 'encoding', attempt: 12, leaseUntil: Date.now() - 1 })
    await cdn.get('/cdn/img/doomed')
    const response = await cdn.get('/cdn/img/doomed')
    expect(response.status).toBe(502)
    const error = { code: 'ORIGIN_FAILED', message: 'the encoding was cut off 12 times' }
    expect(await errorOf(response)).toEqual(error)
    expect(await (await cdn.get('/cdn/img/doomed.json')).json()).toEqual({ state: 'failed', error })
    expect(await keysOf('doomed')).toEqual(['original/doomed/t'])

    const again = await cdn.request('/cdn/img/doomed/encode', { method: 'POST' })
    expect([again.status, again.headers.get('Location')]).toEqual([202, '/cdn/img/doomed'])
    expect((await cdn.get('/cdn/img/doomed?f=native')).status).toBe(200)
  })
})

describe('an original', () => {
  it('can be downloaded by whoever may upload, and encoded again', async () => {
    let seed = 70
    const cdn = createCdn(() => new Response(strataFile(seed)))
    await cdn.put('/cdn/img/kept')
    const original = await cdn.get('/cdn/img/kept/original')
    expect(await textOf(original)).toBe(ORIGINAL)
    expect(Object.fromEntries(original.headers)).toMatchObject({
      'content-type': 'image/gif',
      'content-length': String(ORIGINAL.length),
      'content-disposition': 'attachment; filename="kept"',
      'cache-control': 'private, no-store',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    })
    seed = 71
    expect((await cdn.request('/cdn/img/kept/encode', { method: 'POST' })).status).toBe(202)
    expect(await bytesOf(await cdn.get('/cdn/img/kept?f=native'))).toEqual(strataFile(71))
    expect(await keysOf('kept')).toHaveLength(2)
    expect((await cdn.request('/cdn/img/kept', { method: 'DELETE' })).status).toBe(204)
    expect(await keysOf('kept')).toEqual([])
  })

  it('is removed with keepOriginal: false', async () => {
    const cdn = createCdn(answerWith(strataFile(72)), { keepOriginal: false })
    await cdn.put('/cdn/img/dropped')
    expect((await cdn.get('/cdn/img/dropped?f=native')).status).toBe(200)
    expect((await keysOf('dropped')).map((key) => key.split('/')[0])).toEqual(['strata'])
    for (const [path, method] of [
      ['/cdn/img/dropped/original', 'GET'],
      ['/cdn/img/dropped/encode', 'POST'],
      ['/cdn/img/unknown/original', 'GET'],
      ['/cdn/img/unknown/encode', 'POST'],
    ] as const) {
      const response = await cdn.request(path, { method })
      expect([response.status, (await errorOf(response)).code]).toEqual([404, 'NOT_FOUND'])
    }
    // Its hash is remembered all the same.
    expect(await (await cdn.put('/cdn/img/dropped')).json()).toMatchObject({ state: 'ready' })
  })
})

describe('a file of which no request could decode a layer', () => {
  const cdnOf = (keepOriginal: boolean) => createCdn(answerWith(strataFile(74, [5000])), { keepOriginal })

  it('is stored where the origin can render the original', async () => {
    const cdn = cdnOf(true)
    await cdn.put('/cdn/img/wide-kept')
    const info = await cdn.get('/cdn/img/wide-kept.json')
    expect([info.status, await info.json()]).toMatchObject([200, { state: 'ready' }])
  })

  it('is refused for good where it would be all that there is', async () => {
    const cdn = cdnOf(false)
    expect((await cdn.put('/cdn/img/wide')).status).toBe(202)
    const info = await cdn.get('/cdn/img/wide.json')
    const { state, error } = await info.json<{ state: string; error: { code: string; message: string } }>()
    expect([info.status, state, error.code]).toEqual([413, 'failed', 'INPUT_TOO_LARGE'])
    expect(error.message).toContain('at most 4096 pixels across, got 5000x2500')
    expect(await keysOf('wide')).toEqual([])
    const picture = await cdn.get('/cdn/img/wide?w=640')
    expect([picture.status, (await errorOf(picture)).code]).toEqual([413, 'INPUT_TOO_LARGE'])
  })
})

describe('the list of images', () => {
  it('is given page by page', async () => {
    const cdn = createCdn(answerWith(strataFile(73)))
    for (const id of ['list-a', 'list-b', 'list-c']) await cdn.put(`/cdn/img/${id}`)
    const { images, next } = await (await cdn.get('/cdn/img?after=list-&limit=2')).json<{
      images: Record<string, unknown>[]
      next?: string
    }>()
    expect(images).toEqual(
      ['list-a', 'list-b'].map((id) => ({
        id,
        state: 'ready',
        modelSet: '0123456789abcdef',
        uploaded: expect.stringMatching(/^\d{4}-/),
      })),
    )
    expect(next).toBe('list-b')
    const rest = await (await cdn.get('/cdn/img?after=list-b')).json<{ images: { id: string }[] }>()
    expect(rest.images[0]?.id).toBe('list-c')
  })

  it.each(['limit=0', 'limit=1001', 'limit=x', 'after=a/b', 'after=a&after=b'])(
    'refuses %s',
    async (query) => {
      expect((await createCdn(answerWith(strataFile())).get(`/cdn/img?${query}`)).status).toBe(400)
    },
  )
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
    expect(await (await cdn.get(`/cdn/img/${id}.json`)).json()).toMatchObject({ state: 'failed' })
    expect(calls).toBe(1)
    expect(await keysOf(id)).toEqual([])
  })

  it('is repaired by a later upload', async () => {
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
