import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import { composeEncode } from '../../src/node/compose.ts'
import { type RenderPicture, renderPicture } from '../../src/node/render/render.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { startServer } from '../../src/origin/server.ts'
import { fakeEncode, plainPng } from './fixtures.ts'
import { codeOf, config, makeApp, photoJpeg } from './render-app.ts'

/** A render that waits until it is told to go on, and lists what began. */
function heldRender() {
  let go = () => {}
  const told = new Promise<void>((resolve) => {
    go = resolve
  })
  const begun: string[] = []
  const render: RenderPicture = async (picture, plan, signal) => {
    begun.push(`${plan.size.width}`)
    await told
    return await renderPicture(picture, plan, signal)
  }
  return { render, begun, go }
}

describe('the line of renders', () => {
  const narrow = { ...config, renders: 1, rendersWaiting: 2 }

  it('answers fifty at once, all of them right', async () => {
    const { app, post } = makeApp({ config: { ...config, rendersWaiting: 48 } })
    const original = await photoJpeg()
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const response = await post(original, `?w=${20 + i}&f=${['webp', 'jpeg', 'png'][i % 3]}`)
        expect(response.status).toBe(200)
        return (await sharp(new Uint8Array(await response.arrayBuffer())).metadata()).width
      }),
    )
    expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => 20 + i))
    expect(await (await app.request('/health')).json()).toMatchObject({ renders: { active: 0, waiting: 0 } })
  })

  it('answers 503 with Retry-After when it is full; encodes and readiness do not care', async () => {
    const { render, go } = heldRender()
    const { app, post } = makeApp({ render, config: narrow })
    const original = await plainPng()
    const held = [post(original), post(original), post(original)]
    const busy = await post(original)
    expect([busy.status, await codeOf(busy)]).toEqual([503, 'ORIGIN_BUSY'])
    expect(Number(busy.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect((await app.request('/ready')).status).toBe(200)
    await vi.waitFor(async () => {
      const health = await (await app.request('/health')).json()
      expect(health).toEqual({ status: 'ok', active: 0, waiting: 0, renders: { active: 1, waiting: 2 } })
    })
    expect((await app.request('/encode', { method: 'POST', body: original })).status).toBe(200)
    go()
    for (const response of held) expect((await response).status).toBe(200)
    expect((await post(original)).status).toBe(200)
  })

  it('says to wait as long as the line is', async () => {
    const { render, begun, go } = heldRender()
    const given = async (original: Uint8Array, query: string) => {
      const app = makeApp({ config: { ...narrow, rendersWaiting: 0 }, render })
      const held = app.post(original, query)
      await vi.waitFor(() => expect(begun.pop()).toBeDefined())
      const busy = await app.post(original, query)
      return [Number(busy.headers.get('retry-after')), held] as const
    }
    const large = await plainPng(3000, 2000)
    const [short, first] = await given(large, '?w=640&f=webp')
    const [long, second] = await given(large, '?w=1500&f=avif')
    expect(short).toBe(1)
    expect(long).toBeGreaterThan(short)
    expect(long).toBeLessThan(20)
    go()
    expect([(await first).status, (await second).status]).toEqual([200, 200])
  })

  it('lets small pictures overtake a large one', async () => {
    const { render, begun, go } = heldRender()
    const { app, post } = makeApp({ render, config: { ...narrow, rendersWaiting: 5 } })
    const [large, small] = [await plainPng(1200, 900), await plainPng(40, 40)]
    const waiting = async (count: number) =>
      await vi.waitFor(async () => {
        const { renders } = (await (await app.request('/health')).json()) as { renders: { waiting: number } }
        expect(renders.waiting).toBe(count)
      })
    const held = [post(small, '?w=10')]
    await vi.waitFor(() => expect(begun).toEqual(['10']))
    held.push(post(large, '?f=avif'))
    await waiting(1)
    held.push(post(small, '?w=20'), post(small, '?w=30'))
    await waiting(3)
    go()
    for (const response of held) expect((await response).status).toBe(200)
    expect(begun.slice(1, 3).sort()).toEqual(['20', '30'])
    expect(begun[3]).toBe('1200')
  })

  it('drops what nobody waits for any more, if it has not begun', async () => {
    const { render, begun, go } = heldRender()
    const app = createOriginApp({ encode: fakeEncode, render, config: narrow })
    const server = await startServer(app, { ...config, port: 0 })
    try {
      const url = `${server.url}/render`
      const body = (await plainPng()) as Uint8Array<ArrayBuffer>
      const first = fetch(`${url}?w=11`, { method: 'POST', body })
      await vi.waitFor(() => expect(begun).toEqual(['11']))
      const controller = new AbortController()
      const gone = fetch(`${url}?w=12`, { method: 'POST', body, signal: controller.signal })
      const renders = async () =>
        ((await (await fetch(`${server.url}/health`)).json()) as { renders: unknown }).renders
      await vi.waitFor(async () => expect(await renders()).toEqual({ active: 1, waiting: 1 }))
      controller.abort()
      await expect(gone).rejects.toThrow()
      await vi.waitFor(async () => expect(await renders()).toEqual({ active: 1, waiting: 0 }))
      go()
      expect((await first).status).toBe(200)
      expect(begun).toEqual(['11'])
      expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
        'strata_errors_total{type="ABORTED"} 1',
      )
    } finally {
      await server.close()
    }
  })

  it('goes on while all places for encodes are taken', async () => {
    let go = () => {}
    const told = new Promise<void>((resolve) => {
      go = resolve
    })
    const { app, post } = makeApp({
      config: { ...config, waiting: 0 },
      encode: (image, request) => told.then(() => fakeEncode(image, request)),
    })
    const body = await plainPng()
    const encoding = app.request('/encode', { method: 'POST', body })
    const refused = await app.request('/encode', { method: 'POST', body })
    expect(refused.status).toBe(503)
    for (const format of ['avif', 'webp', 'jpeg', 'png'])
      expect((await post(body, `?f=${format}`)).status).toBe(200)
    go()
    expect((await encoding).status).toBe(200)
  })

  it('is done while the codec encodes', { timeout: 120_000 }, async () => {
    const events: string[] = []
    const { app, post } = makeApp({
      encode: await composeEncode({ verify: true }),
      log: (event) => events.push(event),
    })
    const original = (await photoJpeg(480, 320)) as Uint8Array<ArrayBuffer>
    const encoding = app.request('/encode', { method: 'POST', body: original })
    await vi.waitFor(async () => {
      expect(await (await app.request('/health')).json()).toMatchObject({ active: 1 })
    })
    for (const width of [80, 160, 240])
      expect((await post(original, `?w=${width}&f=avif&wait=1`)).status).toBe(200)
    expect((await encoding).status).toBe(200)
    expect(events.filter((event) => event !== 'request')).toEqual([
      'rendered',
      'rendered',
      'rendered',
      'encoded',
    ])
  })
})
