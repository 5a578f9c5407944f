import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { OriginBreaker } from '../../src/edge/origin/breaker.ts'
import { SentOriginals } from '../../src/edge/origin/sent-originals.ts'
import type { ImageStore } from '../../src/edge/store/store.ts'
import { renderOriginal } from '../../src/edge/variants/render-original.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { fakeEncode, plainPng } from './fixtures.ts'

/** An isolate, and an origin that can be restarted. */
async function startSides(env: Record<string, string> = {}) {
  const png = await plainPng(64, 48)
  const config = readConfig(env)
  let app = createOriginApp({ encode: fakeEncode, config })
  const counts = { reads: 0, requests: 0 }
  const services = {
    store: {
      get: async () => {
        counts.reads++
        // Node's Request takes a stream only with an option that Workers do not know; bytes do as well.
        return { body: png, httpMetadata: {} }
      },
    } as unknown as ImageStore,
    origin: () => ({
      url: 'http://origin',
      key: config.key,
      fetch: async (request: Request) => {
        counts.requests++
        return await app.fetch(request)
      },
    }),
    breaker: new OriginBreaker(),
    sent: new SentOriginals(),
  }
  const source = { original: 'original/a/t', sha256: createHash('sha256').update(png).digest('hex') }
  const render = async (width: number) => {
    const request = { width, height: undefined, fit: 'contain', format: 'webp', quality: 75 } as const
    const picture = await renderOriginal(source, request, services)
    return (await sharp(picture?.bytes).metadata()).width
  }
  const restart = () => {
    app = createOriginApp({ encode: fakeEncode, config })
  }
  return { counts, render, restart }
}

it('an original is read and sent once for all sizes, and again when the origin has forgotten it', async () => {
  const { counts, render, restart } = await startSides({ ORIGIN_KEY: 'a key' })
  expect(await Promise.all([10, 20, 30, 40].map(render))).toEqual([10, 20, 30, 40])
  expect(counts).toEqual({ reads: 1, requests: 4 })
  expect(await render(50)).toBe(50)
  expect(counts).toEqual({ reads: 1, requests: 5 })
  restart()
  expect(await render(60)).toBe(60)
  expect(counts).toEqual({ reads: 2, requests: 7 })
  expect(await render(64)).toBe(64)
  expect(counts).toEqual({ reads: 2, requests: 8 })
})

it('an origin that keeps none gets it every time', async () => {
  const { counts, render } = await startSides({ ORIGIN_KEPT_BYTES: '0' })
  for (const width of [10, 20]) expect(await render(width)).toBe(width)
  expect(counts.reads).toBe(2)
})

it('an original is expected at the origin for five minutes, and not where its sender did not send it', async () => {
  const clock = { ms: 0 }
  const sent = new SentOriginals(() => clock.ms)
  const say = await sent.claim('a')
  const other = sent.claim('a')
  say?.(true)
  expect(await other).toBeUndefined()
  clock.ms = 299_999
  expect(await sent.claim('a')).toBeUndefined()
  clock.ms = 300_000
  const again = await sent.claim('a')
  const waiting = sent.claim('a')
  again?.(false)
  expect(await waiting).toBeTypeOf('function')
})
