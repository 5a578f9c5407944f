import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ENCODE_SIGNATURE, signEncodeRequest } from '../../src/core/http/encode-signature.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { fakeEncode, plainPng } from './fixtures.ts'

const KEY = 'a key'
const config = {
  ...{
    concurrency: 1,
    waiting: 1,
    renders: 1,
    rendersWaiting: 1,
    keptBytes: 0,
    maxBytes: 100_000,
    maxPixels: 1e6,
  },
  ...{ token: undefined, key: KEY },
}

interface Facts {
  readonly path?: string
  readonly key?: string
  readonly search?: string
  readonly ageS?: number
  readonly content?: string
  readonly body?: Uint8Array<ArrayBuffer>
  readonly omit?: keyof typeof ENCODE_SIGNATURE
}

async function send(facts: Facts = {}): Promise<Response> {
  const png = await plainPng()
  const contentSha256 = facts.content ?? createHash('sha256').update(png).digest('hex')
  const timestamp = String(Math.floor(Date.now() / 1000) - (facts.ageS ?? 0))
  const search = '?quality=50'
  const headers = new Headers({
    [ENCODE_SIGNATURE.timestamp]: timestamp,
    [ENCODE_SIGNATURE.content]: contentSha256,
    [ENCODE_SIGNATURE.signature]: await signEncodeRequest(facts.key ?? KEY, {
      timestamp,
      search,
      contentSha256,
    }),
  })
  if (facts.omit) headers.delete(ENCODE_SIGNATURE[facts.omit])
  const app = createOriginApp({ encode: fakeEncode, config })
  const path = `${facts.path ?? '/encode'}${facts.search ?? search}`
  return await app.request(path, { method: 'POST', body: facts.body ?? png, headers })
}

describe.each(['/encode', '/render'])('a signed request to %s', (path) => {
  it.each([0, 299, -299])('is answered when it was signed %i s ago', async (ageS) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    expect((await send({ path, ageS })).status).toBe(200)
  })

  it.each<[string, Facts]>([
    ['another key', { key: 'another key' }],
    ['too old', { ageS: 302 }],
    ['from the future', { ageS: -302 }],
    ['other parameters', { search: '?quality=51' }],
    ['another body', { body: new Uint8Array([1, 2, 3]) }],
    ['the hash of another body', { content: '00'.repeat(32) }],
    ['no signature', { omit: 'signature' }],
    ['no time', { omit: 'timestamp' }],
    ['no hash', { omit: 'content' }],
  ])('is refused with %s', async (_, facts) => {
    const response = await send({ path, ...facts })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'UPLOAD_FORBIDDEN' } })
  })

  it('is refused whichever digit of the signature differs', async () => {
    const png = await plainPng()
    const contentSha256 = createHash('sha256').update(png).digest('hex')
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = await signEncodeRequest(KEY, { timestamp, search: '', contentSha256 })
    const app = createOriginApp({ encode: fakeEncode, config })
    for (let i = 3; i < signature.length; i++) {
      const digit = signature[i] === '0' ? '1' : '0'
      const headers = {
        [ENCODE_SIGNATURE.timestamp]: timestamp,
        [ENCODE_SIGNATURE.content]: contentSha256,
        [ENCODE_SIGNATURE.signature]: signature.slice(0, i) + digit + signature.slice(i + 1),
      }
      expect((await app.request(path, { method: 'POST', body: png, headers })).status).toBe(401)
    }
  })
})
