import { beforeAll, describe, expect, it } from 'vitest'
import { type Signing, signUrl } from '../../../src/edge/access/sign.ts'
import { answerWith, createCdn, errorOf, strataFile } from '../cdn.ts'

const SECRET = 'a secret of some length'
const OLD = 'the secret of before, still live'
const SIGNING: Signing = { keys: { new: SECRET, old: OLD } }

describe('with signing keys', () => {
  const cdn = createCdn(answerWith(strataFile(41)), {
    signing: () => SIGNING,
    development: () => false,
    uploadToken: () => 'upload-token',
  })
  const token = { Authorization: 'Bearer upload-token' }
  const sign = (path: string, options = {}) => signUrl(path, { kid: 'new', secret: SECRET, ...options })
  const refusal = async (path: string, headers = {}) => {
    const response = await cdn.get(path, headers)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    return [response.status, (await errorOf(response)).code]
  }

  beforeAll(async () => {
    expect((await cdn.put('/cdn/img/signed', undefined, token)).status).toBe(202)
  })

  it('URLs signed by either key are served in every size', async () => {
    const url = await sign('/cdn/img/signed')
    expect((await cdn.get(url)).status).toBe(200)
    expect((await cdn.get(`${url}&w=640`)).status).toBe(200)
    expect((await cdn.get(url, {}, 'HEAD')).status).toBe(200)
    expect((await cdn.get(await sign('/cdn/img/signed', { kid: 'old', secret: OLD }))).status).toBe(200)
    expect((await cdn.get(await sign('/cdn/img/signed.json'))).status).toBe(200)
  })

  it('other URLs are refused before anything is decoded', async () => {
    const before = cdn.transcodes.length
    const url = await sign('/cdn/img/signed', { expires: 1 })
    expect(await refusal('/cdn/img/signed?w=320')).toEqual([403, 'SIGNATURE_MISSING'])
    expect(await refusal('/cdn/img/signed.json')).toEqual([403, 'SIGNATURE_MISSING'])
    expect(await refusal(url)).toEqual([403, 'SIGNATURE_EXPIRED'])
    expect(await refusal(url.replace('exp=1', 'exp=9999999999'))).toEqual([403, 'SIGNATURE_INVALID'])
    expect(await refusal((await sign('/cdn/img/signed')).replace('signed', 'other'))).toEqual([
      403,
      'SIGNATURE_INVALID',
    ])
    expect(cdn.transcodes.length).toBe(before)
  })

  it('a missing image cannot be told from an existing one', async () => {
    expect(await refusal('/cdn/img/nobody')).toEqual([403, 'SIGNATURE_MISSING'])
  })

  it('the upload token reads the state of an image but no picture', async () => {
    expect((await cdn.get('/cdn/img/signed.json', token)).status).toBe(200)
    expect(await refusal('/cdn/img/signed.json', { Authorization: 'Bearer wrong' })).toEqual([
      401,
      'UPLOAD_FORBIDDEN',
    ])
    expect(await refusal('/cdn/img/signed?w=320', token)).toEqual([403, 'SIGNATURE_MISSING'])
  })

  it('health needs no signature', async () => {
    expect((await cdn.get('/cdn/health')).status).toBe(200)
  })
})

describe('with signQuery', () => {
  const cdn = createCdn(answerWith(strataFile(42)), { signing: { ...SIGNING, signQuery: true } })
  beforeAll(() => cdn.put('/cdn/img/bound'))

  it('a signature holds for one size only', async () => {
    const url = await signUrl('/cdn/img/bound?w=640', { kid: 'new', secret: SECRET, signQuery: true })
    expect((await cdn.get(url)).status).toBe(200)
    expect((await cdn.get(url.replace('w=640', 'w=320'))).status).toBe(403)
    expect((await cdn.get(`${url}&q=1`)).status).toBe(403)
  })
})

it('unusable keys are a server error that shows no secret', async () => {
  const cdn = createCdn(answerWith(strataFile(43)), { signing: () => ({ keys: { a: 'short' } }) })
  const response = await cdn.get('/cdn/img/x')
  expect(response.status).toBe(500)
  const error = await errorOf(response)
  expect(error.code).toBe('OPTION_INVALID')
  expect(error.message).not.toContain('short')
})

it('allowedWidths bounds the sizes that may be asked for', async () => {
  const cdn = createCdn(answerWith(strataFile(44)), { allowedWidths: [640, 320] })
  await cdn.put('/cdn/img/bounded')
  expect((await cdn.get('/cdn/img/bounded?w=640')).status).toBe(200)
  const refused = await cdn.get('/cdn/img/bounded?w=641')
  expect(refused.status).toBe(400)
  expect((await errorOf(refused)).message).toBe('w: expected 320, 640 (times dpr), got 641')
})

it('behind a proxy that rewrites the path, signatures and Location name the path outside', async () => {
  const secret = 'a secret of sixteen'
  const cdn = createCdn(answerWith(strataFile(48)), {
    publicPath: '/images/of/us',
    signing: () => ({ keys: { a: secret } }),
  })
  const put = await cdn.put('/cdn/img/outside')
  expect([put.status, put.headers.get('Location')]).toEqual([202, '/images/of/us/img/outside'])
  const again = await cdn.request('/cdn/img/outside/encode', { method: 'POST' })
  expect(again.headers.get('Location')).toBe('/images/of/us/img/outside')
  const signed = await signUrl('/images/of/us/img/outside?w=640', { kid: 'a', secret })
  expect((await cdn.get(signed.replace('/images/of/us', '/cdn'))).status).toBe(200)
  const inner = await signUrl('/cdn/img/outside?w=640', { kid: 'a', secret })
  expect((await cdn.get(inner)).status).toBe(403)
})

it('a URL that nobody signed names steps of bg and focus, so that there are only so many variants', async () => {
  const presets = { brand: 'w=600&h=600&bg=123456' }
  const cdn = createCdn(answerWith(strataFile(47)), { presets })
  await cdn.put('/cdn/img/steps')
  const square = '/cdn/img/steps?w=600&h=600'
  const etags = new Set<string | null>()
  for (const more of ['&bg=123456', '&bg=143254', '&bg=0f3357'])
    etags.add((await cdn.get(square + more)).headers.get('ETag'))
  expect(etags.size).toBe(1)
  await cdn.get(`${square}&fit=cover&focus=0.123456,0.31`)
  await cdn.get(`${square}&fit=cover&focus=0.5,0.5`)
  await cdn.get('/cdn/img/steps?preset=brand')
  expect(cdn.transcodes.map(({ background, focus }) => background ?? focus)).toEqual([
    '113355',
    { x: 0.1, y: 0.3 },
    undefined,
    '123456',
  ])
})

describe('in development', () => {
  const cdn = createCdn(answerWith(strataFile(43)))

  it.each(['localhost:8787', '127.0.0.1', '192.168.1.7:8787', '[::1]:8787', 'app.localhost'])(
    'a page of %s may upload',
    async (host) => {
      const response = await cdn.put('/cdn/img/mine', undefined, {
        Host: host,
        'Sec-Fetch-Site': 'same-origin',
      })
      expect(response.status).toBe(202)
    },
  )

  it.each(['evil.com', 'evil.com:8787', 'localhost.evil.com', '127.0.0.1.evil.com', '2130706433', ''])(
    'a page of %s may not, even if its name leads here',
    async (host) => {
      const response = await cdn.put('/cdn/img/theirs', undefined, {
        Host: host,
        'Sec-Fetch-Site': 'same-origin',
      })
      expect([response.status, (await errorOf(response)).message]).toEqual([
        401,
        expect.stringContaining('Host'),
      ])
    },
  )
})
