import { describe, expect, it } from 'vitest'
import type { Sources } from '../../../src/index.ts'
import {
  answerWith,
  BUCKET,
  bytesOf,
  createCdn,
  type Encode,
  errorOf,
  keysOf,
  pictureOf,
  strataFile,
  textOf,
} from '../cdn.ts'

const DAY_S = 86_400

/** A bucket of pictures, each the text as `pictureOf` makes it one, that counts what is asked of it. */
function countingBucket(name: string) {
  const prefix = `elsewhere/${name}/`
  const asked: { readonly key: string; readonly etag: string | undefined }[] = []
  const bucket = {
    async get(key: string, options: { onlyIf?: { etagDoesNotMatch: string } }) {
      asked.push({ key: key.slice(prefix.length), etag: options.onlyIf?.etagDoesNotMatch })
      return await BUCKET.get(key, options as R2GetOptions & { onlyIf: R2Conditional })
    },
  }
  const put = async (path: string, text: string) => {
    await BUCKET.put(prefix + path, text === '' ? '' : pictureOf(text))
  }
  const remove = (path: string) => BUCKET.delete(prefix + path)
  return { asked, put, remove, bucket, prefix }
}

/** A cdn over one source of this name; the origin renders a text that names the original it got. */
function pullingCdn(
  name: string,
  { revalidate = DAY_S, encode = echo() as Encode, more = {} as Sources } = {},
) {
  const source = countingBucket(name)
  const encoded: string[] = []
  const rendered: string[] = []
  const sources: Sources = {
    [name]: { bucket: source.bucket, prefix: source.prefix, revalidate },
    ...more,
  }
  const cdn = createCdn(
    async (request) => {
      encoded.push(await sentText(request.clone()))
      return await encode(request)
    },
    { sources },
    async (request) => {
      const original = await sentText(request)
      rendered.push(original)
      return new Response(jpegOf(`picture of ${original}`), { headers: { 'Strata-Size': '320x160' } })
    },
  )
  const at = (path: string) => `/cdn/src/${name}/${path}`
  return { ...cdn, at, source, encoded, rendered }
}

/** What the edge sent to the origin. `text()` of an image makes workerd warn on the console. */
async function sentText(request: Request): Promise<string> {
  return new TextDecoder().decode(await request.arrayBuffer())
}

/** What passes for a whole JPEG and holds a text. */
function jpegOf(text: string): Uint8Array {
  return Uint8Array.of(0xff, 0xd8, 0xff, ...new TextEncoder().encode(text), 0xff, 0xd9)
}

/** An origin that encodes whatever it gets. */
function echo(): Encode {
  return async (request) => answerWith(strataFile(7, [320], await sentText(request), 200))(request)
}

interface Info {
  readonly state: string
  readonly id: string
  readonly from: Record<string, unknown>
  readonly source: { readonly sha256: string }
}

const JPEG = { Accept: 'image/jpeg' }

describe('a picture of a source', () => {
  it('is fetched at the first request, rendered at once, and stored', async () => {
    const { at, get, source, rendered, encoded } = pullingCdn('first')
    await source.put('a/my cat.jpg', 'cat')
    const first = await get(at('a/my%20cat.jpg?w=320'), JPEG)
    expect(first.status).toBe(200)
    expect(first.headers.get('Strata-Plan')).toMatch(/^render;w=320/)
    expect(await textOf(first)).toContain(`picture of ${pictureOf('cat')}`)
    const then = await get(at('a/my%20cat.jpg?w=320'), JPEG)
    expect(then.headers.get('Strata-Plan')).toMatch(/^transcode/)
    expect(source.asked).toEqual([{ key: 'a/my cat.jpg', etag: undefined }])
    expect([rendered.length, encoded.length]).toEqual([1, 1])
  })

  it('has an id of its own, by which it is listed, described, encoded again and deleted', async () => {
    const { at, get, request, source, encoded } = pullingCdn('id')
    await source.put('ü/b.png', 'b')
    const info = await (await get(at('%C3%BC/b.png.json'))).json<Info>()
    expect(info.id).toMatch(/^s_[0-9a-f]{32}$/)
    const stored = await (await get(at('ü/b.png.json'))).json<Info>()
    expect(stored).toMatchObject({
      state: 'ready',
      id: info.id,
      from: { source: 'id', path: 'ü/b.png', checked: expect.stringMatching(/^20\d\d-/) },
    })
    const byId = await (await get(`/cdn/img/${info.id}.json`)).json<Info>()
    expect(byId.source).toEqual(stored.source)
    const { images } = await (await get(`/cdn/img?after=${info.id.slice(0, -1)}`)).json<{
      images: { id: string; from?: string }[]
    }>()
    expect(images).toContainEqual(expect.objectContaining({ id: info.id, from: 'id/%C3%BC/b.png' }))
    expect((await request(`/cdn/img/${info.id}/encode`, { method: 'POST' })).status).toBe(202)
    expect(encoded.length).toBe(2)
    const again = await (await get(`/cdn/img/${info.id}.json`)).json<Info>()
    expect(again.from).toMatchObject({ source: 'id', path: 'ü/b.png' })
    expect((await request(`/cdn/img/${info.id}`, { method: 'DELETE' })).status).toBe(204)
    expect(await keysOf(info.id)).toEqual([])
    expect((await get(at('ü/b.png?w=320'), JPEG)).status).toBe(200)
    expect(source.asked.length).toBe(2)
  })

  it('is the same however its path is written', async () => {
    const { at, get, source } = pullingCdn('spelling')
    await source.put('a b+c.png', 'spelled')
    const ids = ['a%20b+c.png', 'a b%2Bc.png', '%61%20b%2bc.png'].map(async (path) => {
      return (await (await get(at(`${path}.json`))).json<Info>()).id
    })
    expect(new Set(await Promise.all(ids)).size).toBe(1)
    expect(source.asked.length).toBe(1)
  })

  it('is fetched, rendered and encoded once, though 300 ask for it at once', async () => {
    const { at, get, source, rendered, encoded } = pullingCdn('crowd')
    await source.put('c.png', 'crowd')
    const answers = await Promise.all(Array.from({ length: 300 }, () => get(at('c.png?w=320'), JPEG)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(await Promise.all(answers.map(textOf))).size).toBe(1)
    expect([source.asked.length, rendered.length, encoded.length]).toEqual([1, 1, 1])
  })

  it('is not shown for longer than it is fresh', async () => {
    const { at, get, source } = pullingCdn('age', { revalidate: 60 })
    await source.put('a.png', 'age')
    await get(at('a.png?w=320'), JPEG)
    const { headers } = await get(at('a.png?w=320'), JPEG)
    expect(headers.get('Cache-Control')).toBe('public, max-age=60, stale-while-revalidate=60')
  })

  it('answers 304 and HEAD as an image does, and takes native bytes', async () => {
    const { at, get, source } = pullingCdn('head')
    await source.put('a.png', 'head')
    await get(at('a.png.json'))
    const whole = await get(at('a.png?f=native'))
    expect((await bytesOf(whole)).length).toBeGreaterThan(100)
    const etag = whole.headers.get('ETag') ?? ''
    const again = await get(at('a.png?f=native'), { 'If-None-Match': etag })
    expect(again.status).toBe(304)
    const head = await get(at('a.png?f=native'), {}, 'HEAD')
    expect([head.status, head.headers.get('ETag'), (await bytesOf(head)).length]).toEqual([200, etag, 0])
  })
})

describe('a picture that changes at its source', () => {
  it('is asked about by its ETag once the time is over, and left alone while it is the same', async () => {
    const { at, get, source, encoded } = pullingCdn('same', { revalidate: 0 })
    await source.put('a.png', 'same')
    for (let i = 0; i < 3; i++) expect((await get(at('a.png?w=320'), JPEG)).status).toBe(200)
    expect(source.asked[0]).toEqual({ key: 'a.png', etag: undefined })
    expect(source.asked.length).toBeGreaterThanOrEqual(3)
    expect(new Set(source.asked.slice(1).map(({ etag }) => etag?.length))).toEqual(new Set([32]))
    expect(encoded.length).toBe(1)
  })

  it('is not asked about before', async () => {
    const { at, get, source } = pullingCdn('fresh')
    await source.put('a.png', 'one')
    await get(at('a.png?w=320'), JPEG)
    await source.put('a.png', 'two')
    for (let i = 0; i < 3; i++) await get(at('a.png?w=320'), JPEG)
    expect(source.asked.length).toBe(1)
  })

  it('is served as it was until the new one is encoded', async () => {
    let open = () => {}
    let isSlow = false
    const encode: Encode = async (request) => {
      const held = new Promise<void>((resolve) => {
        open = resolve
      })
      if (isSlow) await held
      return await echo()(request)
    }
    const { at, get, request, source, encoded } = pullingCdn('replaced', { revalidate: 0, encode })
    await source.put('a.png', 'one')
    await get(at('a.png.json'))
    const etagOf = async () => (await get(at('a.png?f=native'), {}, 'HEAD')).headers.get('ETag')
    const old = await etagOf()
    await source.put('a.png', 'two')
    isSlow = true
    const background: Promise<unknown>[] = []
    const etags: (string | null)[] = []
    // The check of the first finds the new picture behind the answer; what comes meanwhile is the old one.
    for (let i = 0; i < 4; i++) {
      const answer = await request(at('a.png?f=native'), { method: 'HEAD' }, background)
      etags.push(answer.headers.get('ETag'))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(new Set(etags)).toEqual(new Set([old]))
    expect(encoded).toEqual([pictureOf('one'), pictureOf('two')])
    open()
    await Promise.all(background)
    expect(await etagOf()).not.toBe(old)
    expect(encoded.length).toBe(2)
  })

  it('is not encoded again when only its ETag changes', async () => {
    const { at, get, source, encoded } = pullingCdn('etags', { revalidate: 0 })
    await source.put('a.png', 'steady')
    const changing = source.bucket.get
    let answers = 0
    source.bucket.get = async (key) => {
      const object = (await changing(key, {})) as R2ObjectBody
      return new Proxy(object, {
        get(target, field) {
          const value = Reflect.get(target, field, target) as unknown
          if (field === 'etag') return `etag-${++answers}`
          return typeof value === 'function' ? value.bind(target) : value
        },
      }) as R2ObjectBody
    }
    for (let i = 0; i < 4; i++) await get(at('a.png.json'))
    expect(answers).toBeGreaterThanOrEqual(4)
    expect(encoded.length).toBe(1)
    const { id } = await (await get(at('a.png.json'))).json<Info>()
    expect((await keysOf(id)).map((key) => key.split('/')[0])).toEqual(['original', 'strata'])
  })

  it('stays while the source is down, or sends something else', async () => {
    const { at, get, source, encoded } = pullingCdn('down', { revalidate: 0 })
    await source.put('a.png', 'steady')
    await get(at('a.png.json'))
    const old = (await get(at('a.png?f=native'), {}, 'HEAD')).headers.get('ETag')
    const real = source.bucket.get
    source.bucket.get = () => Promise.reject(new Error('down'))
    for (let i = 0; i < 3; i++) {
      const answer = await get(at('a.png?f=native'), {}, 'HEAD')
      expect([answer.status, answer.headers.get('ETag')]).toEqual([200, old])
    }
    source.bucket.get = real
    await BUCKET.put(`${source.prefix}a.png`, '<!doctype html><title>moved</title>')
    for (let i = 0; i < 3; i++) {
      const answer = await get(at('a.png?f=native'), {}, 'HEAD')
      expect([answer.status, answer.headers.get('ETag')]).toEqual([200, old])
    }
    expect(encoded.length).toBe(1)
    const { id } = await (await get(at('a.png.json'))).json<Info>()
    expect((await keysOf(id)).length).toBe(2)
  })

  it('is gone when it is missing twice, and the grace is over', async () => {
    const { at, get, source } = pullingCdn('gone', { revalidate: 0 })
    await source.put('a.png', 'fleeting')
    const { id } = await (await get(at('a.png.json'))).json<Info>()
    await source.remove('a.png')
    expect((await get(at('a.png?w=320'), JPEG)).status).toBe(200)
    expect((await get(at('a.png?w=320'), JPEG)).status).toBe(200)
    const { from } = await (await get(at('a.png.json'))).json<Info>()
    expect(from.missingSince).toMatch(/^20\d\d-/)
    // The shortest grace is a second.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await get(at('a.png?w=320'), JPEG)
    const answer = await get(at('a.png?w=320'), JPEG)
    expect([answer.status, (await errorOf(answer)).code]).toEqual([404, 'NOT_FOUND'])
    expect(await keysOf(id)).toEqual([])
  })

  it('stays when it is back within the grace', async () => {
    const { at, get, source, encoded } = pullingCdn('back', { revalidate: 0 })
    await source.put('a.png', 'back')
    await get(at('a.png.json'))
    await source.remove('a.png')
    await get(at('a.png.json'))
    await source.put('a.png', 'back')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await get(at('a.png.json'))
    const { from } = await (await get(at('a.png.json'))).json<Info>()
    expect([from.missingSince, encoded.length]).toEqual([undefined, 1])
  })

  it('is new at the next request after a purge', async () => {
    const { at, get, request, source } = pullingCdn('purge')
    await source.put('a.png', 'one')
    const { id } = await (await get(at('a.png.json'))).json<Info>()
    await source.put('a.png', 'two')
    const purged = await request(at('a.png/purge'), { method: 'POST' })
    expect(purged.status).toBe(204)
    expect(await keysOf(id)).toEqual([])
    const answer = await get(at('a.png?w=320'), JPEG)
    expect(await textOf(answer)).toContain(`picture of ${pictureOf('two')}`)
    // Purging what is not there changes nothing.
    expect((await request(at('none.png/purge'), { method: 'POST' })).status).toBe(204)
  })

  it('is purged with the upload token only', async () => {
    const at = (path: string) => `/cdn/src/token/${path}`
    const source = countingBucket('token')
    const sources: Sources = { token: { bucket: source.bucket, prefix: source.prefix } }
    const options = { development: () => false, uploadToken: () => 'token', sources }
    const { request } = createCdn(echo(), options)
    const answer = await request(at('a.png/purge'), { method: 'POST' })
    expect([answer.status, (await errorOf(answer)).code]).toEqual([401, 'UPLOAD_FORBIDDEN'])
    const headers = { Authorization: 'Bearer token' }
    expect((await request(at('a.png/purge'), { method: 'POST', headers })).status).toBe(204)
  })
})

describe('what is missing', () => {
  it('is remembered, and found again after a purge', async () => {
    const { at, get, request, source } = pullingCdn('missing')
    for (let i = 0; i < 5; i++) {
      const answer = await get(at('none.png?w=320'), JPEG)
      expect([answer.status, await errorOf(answer)]).toEqual([
        404,
        { code: 'NOT_FOUND', message: 'source missing has no "none.png"' },
      ])
    }
    expect(source.asked.length).toBe(1)
    await source.put('none.png', 'here')
    expect((await get(at('none.png?w=320'), JPEG)).status).toBe(404)
    await request(at('none.png/purge'), { method: 'POST' })
    expect((await get(at('none.png?w=320'), JPEG)).status).toBe(200)
  })
})
