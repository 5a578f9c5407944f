import { beforeAll, describe, expect, it } from 'vitest'
import { answerWith, createCdn, errorOf, keysOf, strataFile } from './cdn.ts'

const cdn = createCdn(answerWith(strataFile(60)))

beforeAll(async () => {
  await cdn.put('/cdn/img/good')
})

describe('bad requests', () => {
  it.each([
    ['/cdn/img/unknown', 404, 'NOT_FOUND'],
    ['/cdn/img/unknown.json', 404, 'NOT_FOUND'],
    ['/cdn/img/unknown@0123abcd', 404, 'NOT_FOUND'],
    ['/cdn/img/good?w=0', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?w=-1', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?w=1e9', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?w=abc', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?w=', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?w=320&w=640', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?w=%F0%9F', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?f=gif', 400, 'PARAM_INVALID'],
    ['/cdn/img/good?ht=4', 400, 'PARAM_INVALID'],
    ['/cdn/img/good.gif', 400, 'ID_INVALID'],
    ['/cdn/img/..%2F..%2Fstate%2Fgood', 400, 'ID_INVALID'],
    ['/cdn/img/%E0%A4%A', 400, 'ID_INVALID'],
    ['/cdn/img/%00', 400, 'ID_INVALID'],
    [`/cdn/img/${'x'.repeat(129)}`, 400, 'ID_INVALID'],
    ['/cdn/img/good@HASH', 400, 'ID_INVALID'],
    ['/cdn/img/', 404, 'NOT_FOUND'],
    ['/cdn/img/a/b', 404, 'NOT_FOUND'],
    ['/cdn/nothing', 404, 'NOT_FOUND'],
    ['/cdn/', 404, 'NOT_FOUND'],
  ])('are refused: %s', async (path, status, code) => {
    const response = await cdn.get(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.get('Content-Type')).toMatch('application/json')
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(await errorOf(response)).toEqual({ code, message: expect.any(String) })
  })

  it.each([
    { Accept: ';;;,,,q=' },
    { Accept: `image/vnd.strata;q=${'9'.repeat(5000)}` },
    { Range: 'bytes=--1' },
    { Range: 'bytes=99999999999999999999-0' },
    { 'If-None-Match': '"' },
    { 'If-Range': 'x', Range: 'bytes=0-' },
    { 'Sec-CH-Width': 'NaN', 'Sec-CH-DPR': '-1', 'Sec-CH-Viewport-Width': '1e99' },
  ])('are answered when only a header is malformed: %o', async (headers) => {
    const response = await cdn.get('/cdn/img/good', headers as unknown as Record<string, string>)
    expect(response.status).toBe(200)
    await response.arrayBuffer()
  })

  it.each([
    ['POST', '/cdn/img/good', 'GET, HEAD, PUT, DELETE'],
    ['PATCH', '/cdn/img/good', 'GET, HEAD, PUT, DELETE'],
    ['PUT', '/cdn/health', 'GET, HEAD'],
    ['POST', '/cdn/img/good.json', 'GET, HEAD'],
    ['PUT', '/cdn/img/good/original', 'GET, HEAD'],
    ['GET', '/cdn/img/good/encode', 'POST'],
    ['DELETE', '/cdn/img', 'GET, HEAD'],
  ])('with a wrong method name the allowed ones: %s %s', async (method, path, allow) => {
    const response = await cdn.request(path, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe(allow)
    expect((await errorOf(response)).code).toBe('METHOD_NOT_ALLOWED')
  })
})

describe('bad uploads', () => {
  it('are refused without a length, when empty and when too large', async () => {
    const small = createCdn(answerWith(strataFile(60)), { maxUploadBytes: 10 })
    const noLength = await small.request('/cdn/img/bad', { method: 'PUT', body: new Blob(['x']).stream() })
    expect([noLength.status, (await errorOf(noLength)).code]).toEqual([411, 'LENGTH_REQUIRED'])
    const empty = await small.put('/cdn/img/bad', '')
    expect([empty.status, (await errorOf(empty)).code]).toEqual([400, 'INPUT_EMPTY'])
    const large = await small.put('/cdn/img/bad', '12345678901')
    expect([large.status, (await errorOf(large)).code]).toEqual([413, 'INPUT_TOO_LARGE'])
    expect(await keysOf('bad')).toEqual([])
    expect((await small.get('/cdn/img/bad')).status).toBe(404)
  })

  it('that break off leave the image as it was', async () => {
    const response = await cdn.request('/cdn/img/good', {
      method: 'PUT',
      body: new Blob(['short']).stream(),
      headers: { 'Content-Length': '1000' },
    })
    expect((await errorOf(response)).code).toBe('ABORTED')
    expect((await cdn.get('/cdn/img/good?f=native')).status).toBe(200)
    expect(await keysOf('good')).toHaveLength(2)
  })

  it.each([
    '/cdn/img/bad?widths=640,320',
    '/cdn/img/bad?quality=0',
    '/cdn/img/bad?quality=auto:5',
    '/cdn/img/bad?bg=red',
    '/cdn/img/bad@0123abcd',
    '/cdn/img/bad.json',
  ])('are refused: %s', async (path) => {
    expect((await cdn.put(path)).status).toBe(400)
    expect(await keysOf('bad')).toEqual([])
  })

  it('a deletion of a missing image is refused', async () => {
    expect((await cdn.request('/cdn/img/unknown', { method: 'DELETE' })).status).toBe(404)
  })
})

describe('the upload token', () => {
  const file = answerWith(strataFile(61, [320], 'x'))
  const guarded = createCdn(file, { development: () => false, uploadToken: () => 's3cret' })
  const closed = createCdn(file, { development: () => false })

  it.each([undefined, 'Bearer', 'Bearer wrong', 'Bearer s3cre', 'Bearer s3cret2', 'Basic s3cret', 's3cret'])(
    'is asked for: %s',
    async (authorization) => {
      const headers: Record<string, string> =
        authorization === undefined ? {} : { Authorization: authorization }
      const put = await guarded.put('/cdn/img/guarded', 'x', headers)
      expect(put.status).toBe(401)
      expect(put.headers.get('WWW-Authenticate')).toBe('Bearer')
      expect((await errorOf(put)).code).toBe('UPLOAD_FORBIDDEN')
      expect((await guarded.request('/cdn/img/guarded', { method: 'DELETE', headers })).status).toBe(401)
    },
  )

  it('lets uploads and deletions through', async () => {
    const headers = { Authorization: 'Bearer s3cret' }
    expect((await guarded.put('/cdn/img/guarded', 'x', headers)).status).toBe(202)
    expect((await guarded.get('/cdn/img/guarded?f=native')).status).toBe(200)
    expect((await guarded.request('/cdn/img/guarded', { method: 'DELETE', headers })).status).toBe(204)
    expect((await guarded.get('/cdn/img/guarded')).status).toBe(404)
  })

  it.each(['cross-site', 'same-site'])(
    'is not needed in development, but no other page may write: %s',
    async (site) => {
      const headers = { 'Sec-Fetch-Site': site }
      for (const [path, method] of [
        ['/cdn/img/good', 'DELETE'],
        ['/cdn/img/good/encode', 'POST'],
        ['/cdn/img/good/original', 'GET'],
        ['/cdn/img', 'GET'],
      ] as const) {
        const response = await cdn.request(path, { method, headers })
        expect([response.status, (await errorOf(response)).code]).toEqual([401, 'UPLOAD_FORBIDDEN'])
      }
    },
  )

  it('is needed for the list and for originals', async () => {
    for (const path of ['/cdn/img', '/cdn/img/guarded/original'])
      expect((await guarded.get(path)).status).toBe(401)
    expect((await guarded.request('/cdn/img/guarded/encode', { method: 'POST' })).status).toBe(401)
  })

  it.each(['Bearer ', 'Bearer undefined', 'Bearer x'])(
    'refuses everybody when none is set: %s',
    async (authorization) => {
      expect((await closed.put('/cdn/img/closed', 'x', { Authorization: authorization })).status).toBe(401)
    },
  )
})

describe('across origins', () => {
  it('only reading is allowed', async () => {
    const response = await cdn.request('/cdn/img/good', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://elsewhere.test',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'range, if-range',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD')
    expect(response.headers.get('Access-Control-Allow-Headers')).toContain('If-Range')
  })
})
