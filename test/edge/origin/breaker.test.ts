import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StrataError } from '../../../src/core/errors.ts'
import { OriginBreaker } from '../../../src/edge/origin/breaker.ts'
import { OriginDown } from '../../../src/edge/origin/origin.ts'
import { SentOriginals } from '../../../src/edge/origin/sent-originals.ts'
import type { ImageStore } from '../../../src/edge/store/store.ts'
import { renderOriginal } from '../../../src/edge/variants/render-original.ts'

const down = () => Promise.reject(new OriginDown('gone'))
const up = () => Promise.resolve('picture')

function breakerWithClock() {
  const clock = { ms: 0 }
  const breaker = new OriginBreaker(() => clock.ms)
  const spare = (request: () => Promise<unknown>) => breaker.begin(true).watch(request)
  const only = (request: () => Promise<unknown>) => breaker.begin(false).watch(request)
  return { clock, spare, only, breaker }
}

/** The next picture that is tried, and after how many seconds. */
function nextProbe({ clock, breaker }: ReturnType<typeof breakerWithClock>) {
  for (let seconds = 0; ; seconds++, clock.ms += 1000) {
    try {
      return { seconds, attempt: breaker.begin(true) }
    } catch (error) {
      expect(error).toBeInstanceOf(OriginDown)
    }
  }
}

describe('the breaker', () => {
  it('spares an origin that did not answer, twice as long after each probe, up to a minute', async () => {
    const all = breakerWithClock()
    const waits: number[] = []
    await expect(all.spare(down)).rejects.toThrow('gone')
    for (let i = 0; i < 6; i++) {
      const { seconds, attempt } = nextProbe(all)
      expect(attempt.isSuspect).toBe(true)
      waits.push(seconds)
      await expect(attempt.watch(down)).rejects.toThrow('gone')
    }
    expect(waits).toEqual([4, 8, 16, 32, 60, 60])
  })

  it('lets one probe through at a time, and another when that one says nothing', async () => {
    const all = breakerWithClock()
    await expect(all.spare(down)).rejects.toThrow('gone')
    all.clock.ms += 4000
    all.breaker.begin(true)
    expect(() => all.breaker.begin(true)).toThrow(OriginDown)
    expect(nextProbe(all).seconds).toBe(15)
  })

  it('counts requests that began together once', async () => {
    const all = breakerWithClock()
    const together = Array.from({ length: 8 }, () => all.breaker.begin(true))
    for (const attempt of together) await expect(attempt.watch(down)).rejects.toThrow('gone')
    expect(nextProbe(all).seconds).toBe(4)
  })

  it('ends when a probe is answered, also by a refusal', async () => {
    const busy = () => Promise.reject(new StrataError('ORIGIN_BUSY', 'full'))
    for (const answer of [() => up(), () => busy().catch(String)]) {
      const all = breakerWithClock()
      await expect(all.spare(down)).rejects.toThrow('gone')
      all.clock.ms += 4000
      await all.spare(answer)
      expect(all.breaker.begin(true).isSuspect).toBe(false)
      expect(all.breaker.begin(true).isSuspect).toBe(false)
    }
    const all = breakerWithClock()
    await expect(all.spare(down)).rejects.toThrow('gone')
    all.clock.ms += 4000
    await expect(all.spare(busy)).rejects.toThrow('full')
    expect(all.breaker.begin(true).isSuspect).toBe(false)
  })

  it('always tries what only the origin can make: success ends it, failure does not prolong it', async () => {
    const all = breakerWithClock()
    await expect(all.only(down)).rejects.toThrow('gone')
    expect(() => all.breaker.begin(true)).toThrow(OriginDown)
    for (let i = 0; i < 9; i++) await expect(all.only(down)).rejects.toThrow('gone')
    expect(all.breaker.begin(false).isSuspect).toBe(true)
    expect(nextProbe(all).seconds).toBe(4)
    await expect(all.only(up)).resolves.toBe('picture')
    expect(all.breaker.begin(true).isSuspect).toBe(false)
  })
})

describe('an origin that takes requests and never answers', () => {
  let asked = 0
  const server = createServer(({ url }, response) => {
    if (url === '/ready') response.end()
    else asked++
  })
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    // The first request of a process takes long.
    await (await fetch(`${address()}/ready`)).text()
  })
  afterAll(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })

  it('is asked once for pictures that the edge can make as well', { timeout: 20_000 }, async () => {
    const clock = { ms: 0 }
    const services = {
      // Node's Request takes a stream only with an option that Workers do not know.
      store: { get: async () => ({ body: 'an original', httpMetadata: {} }) } as unknown as ImageStore,
      origin: () => ({ url: address() }),
      breaker: new OriginBreaker(() => clock.ms),
      sent: new SentOriginals(),
    }
    const source = { original: 'original/a/t', sha256: 'a'.repeat(64) }
    const request = { width: 64, height: undefined, fit: 'contain', format: 'webp', quality: 75 } as const
    const render = (isSpare: boolean) =>
      renderOriginal(source, request, services, { isSpare, milliseconds: 1000 })
    for (let i = 0; i < 5; i++) await expect(render(true)).rejects.toMatchObject({ code: 'ORIGIN_FAILED' })
    expect(asked).toBe(1)
    await expect(render(false)).rejects.toMatchObject({ code: 'ORIGIN_FAILED' })
    expect(asked).toBe(2)
    clock.ms += 4000
    for (let i = 0; i < 5; i++) await expect(render(true)).rejects.toMatchObject({ code: 'ORIGIN_FAILED' })
    expect(asked).toBe(3)
  })
})

describe('a connection that breaks as it is used again', () => {
  it('is asked twice, and the origin is not spared for it', async () => {
    const bodies: string[] = []
    let broken = 1
    const fetch = async (request: Request) => {
      bodies.push(await request.text())
      if (broken-- > 0) throw new TypeError('fetch failed')
      const webp = Uint8Array.from('RIFF\x0c\0\0\0WEBPVP8 ....', (letter) => letter.charCodeAt(0))
      return new Response(webp, { headers: { 'Strata-Size': '64x48' } })
    }
    const services = {
      store: { get: async () => ({ body: 'an original' }) } as unknown as ImageStore,
      origin: () => ({ url: 'http://origin.test', fetch }),
      breaker: new OriginBreaker(),
      sent: new SentOriginals(),
    }
    const source = { original: 'original/a/t', sha256: 'b'.repeat(64) }
    const request = { width: 64, height: undefined, fit: 'contain', format: 'webp', quality: 75 } as const
    const render = () => renderOriginal(source, request, services, { isSpare: true })
    expect(await render()).toMatchObject({ width: 64, height: 48 })
    expect(bodies).toEqual(['an original', 'an original'])
    expect(await render()).toMatchObject({ width: 64 })
    broken = 2
    await expect(render()).rejects.toMatchObject({ code: 'ORIGIN_FAILED' })
    expect(bodies).toHaveLength(5)
  })
})
