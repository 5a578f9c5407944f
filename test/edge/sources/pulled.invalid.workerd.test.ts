import { describe, expect, it } from 'vitest'
import { signUrl } from '../../../src/edge/access/sign.ts'
import type { ImageCdnOptions } from '../../../src/index.ts'
import { answerWith, BUCKET, createCdn, errorOf, ORIGINAL, pictureOf, strataFile } from '../cdn.ts'

function cdnOf(options: Partial<ImageCdnOptions> = {}) {
  const sources = { media: { bucket: BUCKET, prefix: 'sly/' } }
  return createCdn(answerWith(strataFile()), { sources, ...options })
}

describe('a request for a source', () => {
  it.each([
    ['media', 400, 'PARAM_INVALID'],
    ['media/', 400, 'PARAM_INVALID'],
    ['media/.json', 400, 'PARAM_INVALID'],
    ['media/folder/', 400, 'PARAM_INVALID'],
    ['media/a//b.png', 400, 'PARAM_INVALID'],
    ['media/..%2f..%2fstate%2fx', 400, 'PARAM_INVALID'],
    ['media/a%2Fb.png', 400, 'PARAM_INVALID'],
    ['media/a%5Cb.png', 400, 'PARAM_INVALID'],
    ['media/%ff.png', 400, 'PARAM_INVALID'],
    ['media/none.png?w=0', 400, 'PARAM_INVALID'],
    ['media/none.png', 404, 'NOT_FOUND'],
    ['media/none.png.json', 404, 'NOT_FOUND'],
    // The URL parser leaves of these what stands before them.
    ['media/../none/a.png', 404, 'NOT_FOUND'],
    ['media/%2e%2e/none/a.png', 404, 'NOT_FOUND'],
    ['none/a.png', 404, 'NOT_FOUND'],
    ['toString/a.png', 404, 'NOT_FOUND'],
    ['https:%2f%2fwww.example.com/a.png', 404, 'NOT_FOUND'],
  ])('%s is answered with %i', async (path, status, code) => {
    const answer = await cdnOf().get(`/cdn/src/${path}`)
    expect([answer.status, (await errorOf(answer)).code]).toEqual([status, code])
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
  })

  it('of 2,000 characters is answered shortly', async () => {
    const answer = await cdnOf().get(`/cdn/src/media/${'a'.repeat(2000)}`)
    const { code, message } = await errorOf(answer)
    expect([answer.status, code, message.length < 200]).toEqual([400, 'PARAM_INVALID', true])
  })

  it.each([
    ['a page', '<!doctype html><title>Log in', 415, 'INPUT_UNSUPPORTED'],
    ['a text', 'hello', 415, 'INPUT_UNSUPPORTED'],
    ['nothing', '', 400, 'INPUT_EMPTY'],
    ['too much', pictureOf('x'.repeat(2000)), 413, 'INPUT_TOO_LARGE'],
  ])('stores nothing of %s', async (name, content, status, code) => {
    const path = `${name.replace(' ', '-')}.png`
    await BUCKET.put(`sly/${path}`, content)
    const { get } = cdnOf({ maxUploadBytes: 1000 })
    const before = (await BUCKET.list()).objects.length
    for (let i = 0; i < 2; i++) {
      const answer = await get(`/cdn/src/media/${path}`)
      expect([answer.status, (await errorOf(answer)).code]).toEqual([status, code])
    }
    expect((await BUCKET.list()).objects.length).toBe(before)
  })

  it('has no other methods', async () => {
    const { request } = cdnOf()
    for (const method of ['PUT', 'DELETE', 'POST']) {
      const answer = await request('/cdn/src/media/a.png', { method })
      expect([answer.status, (await errorOf(answer)).code]).toEqual([405, 'METHOD_NOT_ALLOWED'])
    }
  })

  it('finds nothing where there are no sources', async () => {
    const { get } = createCdn(answerWith(strataFile()))
    expect((await errorOf(await get('/cdn/src/media/a.png'))).code).toBe('NOT_FOUND')
  })

  it('fails as the origin does for a picture that cannot be encoded, and asks no more', async () => {
    await BUCKET.put('sly/broken.png', pictureOf(' broken'))
    let encodes = 0
    const sources = { media: { bucket: BUCKET, prefix: 'sly/', revalidate: 0 } }
    const corrupt = () => {
      encodes++
      return Response.json({ error: { code: 'INPUT_CORRUPT', message: 'cut off' } }, { status: 422 })
    }
    const { get } = createCdn(corrupt, { sources }, corrupt)
    for (let i = 0; i < 4; i++) {
      const answer = await get('/cdn/src/media/broken.png?w=100')
      expect([answer.status, (await errorOf(answer)).code]).toEqual([422, 'INPUT_CORRUPT'])
    }
    // One render and one encoding.
    expect(encodes).toBe(2)
  })
})

describe('with signing keys', () => {
  const secret = 'a secret of some length'
  const signing = { keys: { a: secret } }

  it('a URL is signed with its source and path, for all sizes', async () => {
    const { get } = cdnOf({ signing })
    await BUCKET.put('sly/signed one.png', ORIGINAL)
    const sign = (path: string) => signUrl(`http://cdn.test${path}`, { kid: 'a', secret })
    const path = '/cdn/src/media/signed%20one.png'
    const query = new URL(await sign(path)).search
    expect((await get(`${path}${query}&f=native`)).status).toBe(202)
    expect((await get(`${path}${query}&f=native`)).status).toBe(200)
    for (const other of ['/cdn/src/media/other.png', '/cdn/src/none/signed%20one.png', `${path}.json`])
      expect((await errorOf(await get(`${other}${query}`))).code, other).toBe('SIGNATURE_INVALID')
    expect((await errorOf(await get(path))).code).toBe('SIGNATURE_MISSING')
  })
})
