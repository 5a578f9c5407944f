import { beforeAll, describe, expect, it, vi } from 'vitest'
import { runHttpFuzz } from '../../src/bench/http-fuzz/run.ts'
import { Site } from '../../src/bench/http-fuzz/site.ts'
import type { FuzzAnswer, FuzzRequest } from '../../src/bench/http-fuzz/types.ts'
import { extent } from '../extent.ts'

/** What a broken edge would do to an answer. */
type Defect = (answer: FuzzAnswer, request: FuzzRequest, n: number) => Partial<FuzzAnswer> | undefined

describe('requests by the grammar', { timeout: 300_000 }, () => {
  let site: Site
  beforeAll(async () => {
    // Uploads that are no pictures, and the like, are logged.
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    site = await Site.open()
  }, 300_000)

  it('are answered as the interface promises', async () => {
    const cases = extent(2000, 700)
    const { failures, outcomes, requests } = await runHttpFuzz({ cases, seed: 1, site })
    expect(failures).toEqual([])
    expect(requests).toBeGreaterThan(2 * cases)
    const { 200: shown = 0, 400: refused = 0, 403: unsigned = 0, upload = 0 } = outcomes
    expect(Math.min(shown, refused)).toBeGreaterThan(cases / 8)
    expect(Math.min(unsigned, upload)).toBeGreaterThan(cases / 30)
  })

  /** The site, with a defect in its answers. */
  function broken(defect: Defect): Site {
    let n = 0
    const send = async (request: FuzzRequest) => {
      const answer = await site.send(request)
      return { ...answer, ...defect(answer, request, n++) }
    }
    return new Proxy(site, {
      get: (target, name) => {
        if (name === 'send') return send
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  const withHeaders = ({ headers }: FuzzAnswer, change: (headers: Headers) => void) => {
    const changed = new Headers(headers)
    change(changed)
    return { headers: changed }
  }
  const isPicture = ({ status, headers }: FuzzAnswer) => status === 200 && headers.has('strata-plan')

  it.each<[string, string, Defect]>([
    [
      'a header too few in Vary',
      'not in Vary',
      (answer) => withHeaders(answer, (h) => h.set('vary', 'Save-Data')),
    ],
    [
      'a part of the request in a header',
      'reflects',
      (answer, { query }) => {
        const part = query.find((text) => /zq7mark/.test(text))
        return part === undefined ? undefined : withHeaders(answer, (h) => h.set('etag', `"${part}"`))
      },
    ],
    [
      'a header that nobody knows',
      'not documented',
      (answer) => withHeaders(answer, (h) => h.set('x-debug', '1')),
    ],
    [
      'one ETag for all',
      'names two bodies',
      (answer) => (answer.headers.has('etag') ? withHeaders(answer, (h) => h.set('etag', '"1"')) : undefined),
    ],
    [
      'a fault of its own',
      '500 INTERNAL',
      (_, { path }) =>
        path.includes('film')
          ? {
              status: 500,
              body: new TextEncoder().encode('{"error":{"code":"INTERNAL","message":"x"}}'),
              headers: new Headers({
                'content-type': 'application/json',
                'cache-control': 'no-store',
                'cross-origin-resource-policy': 'x',
                'x-content-type-options': 'nosniff',
              }),
            }
          : undefined,
    ],
    [
      'immutable where it may change',
      'immutable',
      (answer) =>
        isPicture(answer)
          ? withHeaders(answer, (h) => h.set('cache-control', 'public, max-age=31536000, immutable'))
          : undefined,
    ],
    [
      'another type than that of its bytes',
      'with the bytes of',
      (answer) =>
        isPicture(answer) ? withHeaders(answer, (h) => h.set('content-type', 'image/gif')) : undefined,
    ],
    [
      'a part that is none',
      'no slice',
      (answer) => (answer.status === 206 ? { body: answer.body.map((byte) => byte ^ 1) } : undefined),
    ],
    [
      '304 for whatever',
      'came in place of',
      (_answer, { headers }) =>
        headers.some(([name]) => name === 'If-None-Match')
          ? { status: 304, body: new Uint8Array() }
          : undefined,
    ],
    [
      'a body to HEAD',
      'HEAD',
      (_answer, { method }) => (method === 'HEAD' ? { body: Uint8Array.of(1) } : undefined),
    ],
    [
      'other bytes every time',
      'the bytes are others',
      (answer, _, n) =>
        isPicture(answer)
          ? {
              body: Uint8Array.from([...answer.body, n & 255, n >> 8]),
              ...withHeaders(answer, (h) => {
                h.delete('etag')
                h.delete('content-length')
                h.set('cache-control', 'no-store')
              }),
            }
          : undefined,
    ],
  ])('would show %s', async (_, words, defect) => {
    const { failures } = await runHttpFuzz({ cases: 250, seed: 1, site: broken(defect) })
    expect(failures.map(({ reason }) => reason).join('\n')).toContain(words)
  })

  it('are shrunk to what matters', async () => {
    const defect: Defect = (answer, { query }) =>
      query.some((part) => part.startsWith('h='))
        ? withHeaders(answer, (h) => h.set('x-debug', '1'))
        : undefined
    const { failures } = await runHttpFuzz({ cases: 200, seed: 1, site: broken(defect) })
    const images = failures
      .filter(({ kind }) => kind === 'answer')
      .map(({ reason }) => reason.replace(/.*; /, ''))
    expect(images.length).toBeGreaterThan(0)
    for (const text of images) expect(text).toMatch(/^\w+ GET \S+\/cdn\/img\/photo\?h=\S*$/)
  })
})
