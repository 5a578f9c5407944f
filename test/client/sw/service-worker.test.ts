import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { event } from '../e2e/browser.ts'
import { largestDifference } from '../e2e/pixels.ts'
import { upload } from '../e2e/servers.ts'
import { describeOnStage } from '../e2e/stage.ts'
import {
  channelOf,
  decoded,
  expectSame,
  hold,
  next,
  openControlled,
  photograph,
  show,
  solid,
} from './harness.ts'
import { Site } from './site.ts'

const PATIENCE = { timeout: 60_000, interval: 200 }

const CLIENT_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *"

/** An `<img>`, a `<picture>` and a CSS background, as pages write them that know nothing of layers. */
const PLAIN = `<img src="/cdn/img/hills?w=320" alt="">
  <picture><source type="image/avif" srcset="/cdn/img/hills.avif?w=640"><img src="/cdn/img/hills?w=320" alt=""></picture>
  <div style="width: 1280px; height: 853px; background: url(/cdn/img/hills?w=640&amp;dpr=2)"></div>`

describeOnStage('a service worker', (stage) => {
  let site: Site
  beforeAll(async () => {
    site = new Site(stage.pages.url, stage.servers.url)
    await site.start()
    // As the ready Worker sends these files.
    stage.pages.setLibraryHeaders({
      'Content-Security-Policy': CLIENT_POLICY,
      'Cross-Origin-Embedder-Policy': 'require-corp',
    })
  })
  afterAll(() => site?.stop())
  afterEach(() => {
    site.isCdnDown = false
    site.cacheControl = undefined
    site.take()
  })

  async function insert(html: string): Promise<void> {
    await stage.tab.evaluate(async (body) => {
      document.body.innerHTML = body
      await Promise.all([...document.images].map((img) => img.decode()))
    }, html)
    await stage.tab.waitForLoadState('networkidle')
  }

  it('leaves pictures without stored layers to the browser, and fetches nothing itself', async () => {
    await openControlled(stage, site)
    await insert(PLAIN)
    expect(site.take().sort()).toEqual(['GET hills.avif?w=640', 'GET hills?w=320', 'GET hills?w=640&dpr=2'])
  })

  it('answers <img>, <picture> and CSS from stored layers with exact pixels, without a request', async () => {
    await openControlled(stage, site)
    expect(await hold(stage, '/cdn/img/hills?w=1280')).toEqual({
      held: ['/cdn/img/hills?w=1280'],
      failed: [],
    })
    expect(site.take()).toEqual(['GET hills?f=native&w=1280'])
    await insert(PLAIN)
    expectSame(await show(stage, 'hills?w=320'), await decoded(stage, 0))
    expectSame(await show(stage, 'hills.jpg?w=640&q=40'), await decoded(stage, 1))
    expectSame(await show(stage, 'hills?w=5000'), await decoded(stage, 2))
    // Pages aren't told when a background is there.
    const wanted = await decoded(stage, 2)
    const background = async () => largestDifference(await photograph(stage, 'div'), wanted)
    await expect.poll(background, PATIENCE).toBeLessThanOrEqual(1)
    const between = await show(stage, 'hills?w=500')
    expect(between).toMatchObject({ width: 500, height: 333 })
    expect(site.take()).toEqual([])
  })

  it('answers from layers that the library of a page has stored, or stores later', async () => {
    await openControlled(stage, site)
    const img = '<img id="a" src="/cdn/img/hills?w=320" width="320" height="213" alt="">'
    await stage.open(img, "strata.enhance(document, { replace: 'always' })")
    await stage.tab.goto(`${site.url}/page.html`)
    await event(stage.tab, 'painted')
    await hold(stage)
    site.take()
    expect(await show(stage, 'hills?w=300')).toMatchObject({ width: 300 })
    expect(site.take()).toEqual([])
    expect(await show(stage, 'hills?w=640')).toMatchObject({ width: 640 })
    expect(site.take()).toEqual(['GET hills?w=640'])
    await stage.resize(1280)
    await event(stage.tab, 'painted', 1)
    site.take()
    expect(await show(stage, 'hills?w=1280')).toMatchObject({ width: 1280 })
    expect(site.take()).toEqual([])
  })

  it('leaves pictures that only the edge can make to the edge', async () => {
    await openControlled(stage, site)
    await hold(stage, '/cdn/img/hills?w=320')
    const addresses = [
      '?w=200&h=100&fit=cover',
      '?w=200&ar=1:1',
      '?w=200&h=100&bg=fff',
      '?w=200&ht=2',
      '',
      '?w=auto',
    ]
    for (const address of addresses) {
      site.take()
      expect(await show(stage, `hills${address}`)).toBeDefined()
      expect(site.take()).toEqual([`GET hills${address}`])
    }
  })

  it('reads the index when it restarts, and lets requests pass meanwhile', async () => {
    await openControlled(stage, site)
    site.pagesAsked.clear()
    await hold(stage, '/cdn/img/hills?w=320')
    const session = await stage.context.newCDPSession(stage.tab)
    await session.send('ServiceWorker.enable')
    await session.send('ServiceWorker.stopAllWorkers')
    await stage.tab.reload()
    site.take()
    // It makes ready while the page comes. Until then the network answers.
    let width = 200
    await expect
      .poll(
        async () => {
          await show(stage, `hills?w=${++width}`)
          return site.take()
        },
        { timeout: 60_000 },
      )
      .toEqual([])
    expect(site.pagesAsked.get('/empty.html')).toBe(1)
  })

  it('lets other requests pass while it decodes', async () => {
    await openControlled(stage, site)
    await hold(stage, '/cdn/img/hills?w=1280')
    await show(stage, 'hills?w=200&h=100&fit=cover')
    const order = await stage.tab.evaluate(async () => {
      const loaded: string[] = []
      const load = async (src: string) => {
        await Object.assign(new Image(), { src }).decode()
        loaded.push(src)
      }
      const held = Array.from({ length: 4 }, (_, i) => load(`/cdn/img/hills?w=${1200 + i}`))
      await load('/cdn/img/hills?w=200&h=100&fit=cover&again')
      await Promise.all(held)
      return loaded
    })
    expect(order.findIndex((src) => src.includes('again'))).toBeLessThan(3)
    expect(order).toHaveLength(5)
  })

  it('uses stored bytes while they are fresh, and revalidates them when they are stale', async () => {
    await openControlled(stage, site)
    await paintOver('changing', 'red')
    site.cacheControl = 'public, max-age=0, stale-while-revalidate=60'
    await hold(stage, '/cdn/img/changing?w=320')
    const before = await show(stage, 'changing?w=320')
    await expect.poll(() => site.take().at(-1)).toBe('HEAD changing?f=native&w=320')
    // Nothing has changed: the next answer is from held bytes too.
    expect(await show(stage, 'changing?w=310')).toBeDefined()
    expect(site.take().filter((request) => request.startsWith('GET'))).toEqual([])
    await paintOver('changing', 'blue')
    await show(stage, 'changing?w=311')
    // The edge says that the file is another one, so the next picture is the new one.
    await expect
      .poll(async () => channelOf(await show(stage, `changing?w=320&q=${next()}`)), { timeout: 60_000 })
      .toBe('blue')
    expect(channelOf(before)).toBe('red')
  })

  it('leaves pictures with expired bytes to the network, until the edge has confirmed the bytes', async () => {
    await openControlled(stage, site)
    site.cacheControl = 'public, max-age=0'
    await hold(stage, '/cdn/img/hills?w=320')
    site.take()
    site.cacheControl = 'public, max-age=600'
    expect(await show(stage, 'hills?w=315')).toBeDefined()
    await expect
      .poll(() => site.take())
      .toEqual(expect.arrayContaining(['GET hills?w=315', 'HEAD hills?f=native&w=320']))
    await expect
      .poll(async () => {
        await show(stage, `hills?w=${200 + next()}`)
        return site.take()
      })
      .toEqual([])
  })

  it('does not revalidate a version that the address names', async () => {
    const { headers } = await fetch(`${stage.cdn}/img/hills?f=native&w=320`)
    const hash = /"([0-9a-f]{16})/.exec(headers.get('ETag') ?? '')?.[1]
    await openControlled(stage, site)
    site.cacheControl = 'public, max-age=0'
    await hold(stage, `/cdn/img/hills@${hash}?w=320`)
    site.take()
    expect(await show(stage, `hills@${hash}?w=320`)).toBeDefined()
    expect(site.take()).toEqual([])
  })

  it.each([
    ['a server that is gone', async () => {}],
    ['a browser that says it is offline', async () => await stage.context.setOffline(true)],
  ])('shows what it has without a network: %s', async (_, cut) => {
    await openControlled(stage, site)
    await hold(stage, '/cdn/img/hills?w=320')
    site.isCdnDown = true
    await cut()
    expectSame(await show(stage, 'hills?w=320'), await decoded(stage, 0))
    // Larger than anything that is held.
    expect(await show(stage, 'hills?w=1280')).toMatchObject({ width: 1280, height: 853 })
    expect(await show(stage, 'hills')).toMatchObject({ width: 320 })
    expect(await show(stage, 'other?w=320')).toBeUndefined()
    expect(await show(stage, 'hills?w=200&h=100&fit=cover')).toBeUndefined()
  })

  it('leaves pictures that it cannot decode to the network', async () => {
    await openControlled(stage, site)
    await hold(stage, '/cdn/img/hills?w=320')
    await stage.tab.evaluate(async () => {
      const cache = await caches.open('strata-images-v1')
      const [key] = await cache.keys()
      const stored = (await cache.match(key!))!
      const bytes = new Uint8Array(await stored.arrayBuffer())
      bytes.fill(0xff, bytes.length - 400)
      await cache.put(key!, new Response(bytes, stored))
    })
    site.take()
    expect(await show(stage, 'hills?w=310')).toMatchObject({ width: 310 })
    expect(site.take()).toEqual(['GET hills?w=310'])
    expect(
      await stage.tab.evaluate(async () => (await (await caches.open('strata-images-v1')).keys()).length),
    ).toBe(0)
  })

  it('leaves pictures that take longer to decode to a fast network, unless bytes are to be saved', async () => {
    await openControlled(stage, site, 'base=/cdn')
    const worker = stage.context.serviceWorkers()[0]!
    // A clock by which the first layer takes 100 ms, and the last two seconds.
    await worker.evaluate(() => {
      let now = 0
      performance.now = () => (now += 100)
    })
    await hold(stage, '/cdn/img/hills?w=1280')
    const over = async (value: object, width: number) => {
      await worker.evaluate((connection) => {
        Object.defineProperty(navigator, 'connection', { value: connection, configurable: true })
      }, value)
      site.take()
      expect(await show(stage, `hills?w=${width}`)).toMatchObject({ width })
      return site.take()
    }
    expect(await over({ downlink: 1e6 }, 1270)).toEqual(['GET hills?w=1270'])
    expect(await over({ downlink: 1e6, saveData: true }, 1271)).toEqual([])
    expect(await over({ downlink: 1e-6 }, 1272)).toEqual([])
  })

  it('leaves everything to the network when its models are missing', async () => {
    await openControlled(stage, site, 'base=/cdn&prefer=bytes&assets=/nowhere/')
    await hold(stage, '/cdn/img/hills?w=320')
    site.take()
    expect(await show(stage, 'hills?w=312')).toMatchObject({ width: 312 })
    expect(site.take()).toEqual(['GET hills?w=312'])
  })

  it('sends picture layers unchanged, without models', async () => {
    await upload(stage.cdn, 'flat', await solid('green'), '64,128')
    await openControlled(stage, site, 'base=/cdn&assets=/nowhere/')
    await hold(stage, '/cdn/img/flat?w=64')
    site.take()
    const shown = await show(stage, 'flat?w=64')
    expect(shown).toMatchObject({ width: 64 })
    expect(site.take()).toEqual([])
    expect(await show(stage, 'flat?w=50')).toMatchObject({ width: 50 })
    expect(site.take()).toEqual(['GET flat?w=50'])
  })

  /** Uploads a picture of one colour in the place of another. */
  async function paintOver(id: string, colour: 'red' | 'blue'): Promise<void> {
    const file = await solid(colour)
    const etag = async () =>
      ((await (await fetch(`${stage.cdn}/img/${id}.json`)).json()) as { etag?: string }).etag
    const before = await etag()
    await upload(stage.cdn, id, file, '320&coding=compass')
    await expect.poll(etag, { timeout: 60_000 }).not.toBe(before)
  }
})
