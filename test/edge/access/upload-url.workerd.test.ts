import { describe, expect, it } from 'vitest'
import { signUploadUrl } from '../../../src/edge/access/sign.ts'
import { verifyUpload } from '../../../src/edge/access/upload-url.ts'
import { answerWith, createCdn, errorOf, strataFile } from '../cdn.ts'

const TOKEN = 'upload-token'
const SOON = Math.floor(Date.now() / 1000) + 600
const options = { development: () => false, uploadToken: () => TOKEN }
const signed = (url: string, changes = {}) => signUploadUrl(url, { token: TOKEN, expires: SOON, ...changes })

describe('a URL that was signed for an upload', () => {
  const cdn = createCdn(answerWith(strataFile(71)), options)
  const put = async (url: string, headers = {}) => {
    const response = await cdn.put(url, undefined, headers)
    return [response.status, response.ok ? '' : (await errorOf(response)).code]
  }

  it('takes one picture without the token, and no second one', async () => {
    const url = await signed('/cdn/img/guest?widths=320&quality=70')
    expect(await put(url)).toEqual([202, ''])
    expect((await cdn.get('/cdn/img/guest?w=100')).status).toBe(200)
    expect(await put(url)).toEqual([412, 'PRECONDITION_FAILED'])
    // Whatever the visitor says.
    expect(await put(url, { 'If-Match': '*' })).toEqual([412, 'PRECONDITION_FAILED'])
    expect(await put('/cdn/img/guest', { Authorization: `Bearer ${TOKEN}` })).toEqual([202, ''])
  })

  it('holds for its image and its parameters, in any order', async () => {
    const url = await signed('/cdn/img/bound?widths=320&quality=70')
    const [path, query = ''] = url.split('?')
    for (const wrong of [
      url.replace('bound', 'other'),
      url.replace('widths=320', 'widths=640'),
      url.replace('quality=70&', ''),
      `${url}&coding=webp`,
      `${url}&url=https://example.com/a.jpg`,
      `${url}&grant=${'0'.repeat(64)}`,
      url.replace(`exp=${SOON}`, `exp=${SOON + 1}`),
      url.replace(/grant=.{4}/, 'grant=0000'),
      await signed('/cdn/img/bound', { token: 'another token' }),
      '/cdn/img/bound?grant=',
    ])
      expect([wrong, ...(await put(wrong))]).toEqual([wrong, 403, 'SIGNATURE_INVALID'])
    expect(await put(await signed('/cdn/img/bound', { expires: 1 }))).toEqual([403, 'SIGNATURE_EXPIRED'])
    expect(await put(`${path}?${query.split('&').reverse().join('&')}`)).toEqual([202, ''])
  })

  it('opens nothing but the upload', async () => {
    const url = await signed('/cdn/img/closed')
    expect((await cdn.request(url, { method: 'DELETE' })).status).toBe(401)
    expect((await cdn.request(`${url}`.replace('?', '/encode?'), { method: 'POST' })).status).toBe(401)
    expect((await cdn.get(url.replace('?', '/original?'))).status).toBe(401)
  })

  it('may be sent to from pages of other sites', async () => {
    const preflight = (url: string) =>
      cdn.request(url, {
        method: 'OPTIONS',
        headers: { Origin: 'https://elsewhere.test', 'Access-Control-Request-Method': 'PUT' },
      })
    const response = await preflight(await signed('/cdn/img/far'))
    expect(response.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD,PUT')
    expect(response.headers.get('Access-Control-Allow-Headers')).toContain('Content-Type')
    expect((await preflight('/cdn/img/far')).headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD')
  })

  it.each([
    ['in development, too', { development: () => true, uploadToken: () => TOKEN }, 403],
    ['and there must be a token', { development: () => true, uploadToken: () => undefined }, 401],
  ])('must be right %s', async (_name, changed, status) => {
    const other = createCdn(answerWith(strataFile(72)), changed)
    expect((await other.put(`/cdn/img/dev?exp=${SOON}&grant=${'0'.repeat(64)}`)).status).toBe(status)
  })
})

describe('signUploadUrl', () => {
  it('keeps a URL a URL and a path a path, and signs again what is signed', async () => {
    const url = await signed('https://example.com/cdn/img/a?widths=320#x')
    expect(url).toMatch(/^https:\/\/example\.com\/cdn\/img\/a\?widths=320&exp=\d+&grant=[0-9a-f]{64}$/)
    expect(await signed(url)).toBe(url)
    await verifyUpload(new URL(url), TOKEN)
    expect(await signed('/cdn/img/a')).toMatch(/^\/cdn\/img\/a\?exp=/)
  })

  it.each([
    ['img/a', {}, 'url'],
    ['//evil.example/img/a', {}, 'url'],
    ['/cdn/img/a', { expires: 1.5 }, 'expires'],
    ['/cdn/img/a', { expires: 0 }, 'expires'],
    ['/cdn/img/a', { token: '' }, 'token'],
  ])('refuses %s %o', async (url, changes, name) => {
    await expect(signed(url, changes)).rejects.toThrow(name)
  })
})
