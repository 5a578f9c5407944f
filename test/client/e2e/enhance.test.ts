import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hills, paint } from '../../../src/cli/start/samples.ts'
import { delegateCh } from '../../../src/edge/client-hints.ts'
import type { HeaderDescription } from '../../../src/format/describe.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'
import { photo } from '../../pictures.ts'
import { canvasPixels, event, page as html, launch, privateMemory, watchNative } from './browser.ts'
import { type Pages, type Started, startPages, startServers, upload } from './servers.ts'

const [WIDTH, HEIGHT] = [1280, 853]

let servers: Started & { readonly program: string }
let pages: Pages
let browser: Browser
let cdn = ''
let context: BrowserContext
let tab: Page
let layers: HeaderDescription['layers'] = []

/** An image of `hills` as a page writes it. */
const img = (attributes = '', id = 'a') =>
  `<img id="${id}" src="${cdn}/img/hills?w=320" srcset="${cdn}/img/hills?w=320 320w, ${cdn}/img/hills?w=640 640w"
    sizes="320px" width="320" height="213" alt="Hills" ${attributes}>`

async function open(body: string, script: string, head = '', headers = {}): Promise<void> {
  pages.set('/page.html', html(body, script, head), headers)
  await tab.goto(`${pages.url}/page.html`)
}

const visibleWidth = () => tab.evaluate(() => (document.getElementById('a') as HTMLImageElement).naturalWidth)
const source = () => tab.evaluate(() => document.getElementById('a')?.getAttribute('src'))
const resize = (width: number) =>
  tab.evaluate((px) => {
    const { style } = document.getElementById('a') as HTMLElement
    Object.assign(style, { width: `${px}px`, height: 'auto' })
  }, width)

describe.skipIf(!hasChromium && !process.env.CI)(`in Chromium (${CHROMIUM})`, { timeout: 180_000 }, () => {
  beforeAll(async () => {
    ;[servers, pages, browser] = await Promise.all([startServers(), startPages(), launch()])
    cdn = `${servers.url}cdn`
    const picture = paint(WIDTH, HEIGHT, hills(WIDTH, HEIGHT))
    const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const
    await upload(cdn, 'hills', await sharp(picture.data, { raw }).png().toBuffer(), '320,640,1280')
    layers = ((await (await fetch(`${cdn}/img/hills.json`)).json()) as HeaderDescription).layers
  }, 240_000)

  // Each test has a profile of its own: nothing is cached.
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
    tab = await context.newPage()
  })

  afterEach(() => context?.close())

  afterAll(async () => {
    await browser?.close()
    await pages?.stop()
    await servers?.stop()
  }, 60_000)

  it('paints the placeholder first, then the layer that the size needs, and nothing moves', async () => {
    const native = watchNative(tab)
    // Written by the script, so that its JPEG cannot have loaded before.
    const write = `document.querySelector('main').innerHTML = ${JSON.stringify(img())}`
    await open('<p>Above</p><main style="height: 300px"></main><p>Below</p>', `${write}; strata.enhance()`)
    expect(await event(tab, 'painted')).toEqual({ type: 'painted', layer: 0, width: 320, height: 213 })
    const events = await tab.evaluate(() => notes.events)
    expect(events.map(({ detail }) => detail.type)).toEqual(['placeholder', 'begin', 'painted'])
    expect(events[0]?.background).toMatch(/^url\("data:image\/png/)
    expect((await native.done()).map(({ bytes, status }) => [status, bytes])).toEqual([[200, layers[0]!.end]])
    expect(await tab.evaluate(() => notes.shift)).toBe(0)
    const [canvas, image] = await tab.evaluate(() => {
      const shown = document.getElementById('a') as HTMLElement
      return [shown.nextElementSibling!, shown].map((element) => element.getBoundingClientRect().toJSON())
    })
    expect(canvas).toEqual(image)
  })

  it('takes the placeholder from the markup, without asking for it', async () => {
    const info = (await (await fetch(`${cdn}/img/hills.json`)).json()) as HeaderDescription
    const requests: string[] = []
    tab.on('request', (request) => requests.push(request.url()))
    const markup = JSON.stringify(img(`data-placeholder="${info.placeholder.dataUri}"`))
    await open('<main></main>', `document.querySelector('main').innerHTML = ${markup}; strata.enhance()`)
    await event(tab, 'placeholder')
    await event(tab, 'painted')
    expect(requests.filter((address) => address.endsWith('.json') && address.includes('/img/'))).toEqual([])
  })

  it('is clipped by what clips the image, and scrolls with it', async () => {
    await open(`<div style="width: 200px; height: 100px; overflow: auto">${img()}</div>`, 'strata.enhance()')
    await event(tab, 'painted')
    const [canvas, image] = await tab.evaluate(() => {
      const shown = document.getElementById('a') as HTMLElement
      shown.parentElement!.scrollTop = 50
      return [shown.nextElementSibling!, shown].map((element) => element.getBoundingClientRect().toJSON())
    })
    expect(canvas).toEqual(image)
    expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(1400)
  })

  it('shows the pixels of `strata decode`, from the base as well as decoded on from it', async () => {
    await open(img(), 'strata.enhance()')
    await event(tab, 'painted')
    await expectDecoded(0)
    await resize(1280)
    await event(tab, 'painted', 1)
    await expectDecoded(2)
  })

  it('grows with the attributes of its size, whatever else changes on the page', async () => {
    await open(
      '<main></main>',
      `document.querySelector('main').innerHTML = ${JSON.stringify(img())}; strata.enhance()`,
    )
    await event(tab, 'painted')
    await tab.evaluate(() => {
      const image = document.getElementById('a') as HTMLImageElement
      Object.assign(image, { width: 640, height: 427 })
      document.body.append('More')
    })
    expect(await event(tab, 'painted', 1)).toMatchObject({ layer: 1, width: 640 })
    await expectDecoded(1)
  })

  it('follows a pinch', async () => {
    await open(img(), 'strata.enhance()')
    await event(tab, 'painted')
    const session = await context.newCDPSession(tab)
    await session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 })
    expect(await event(tab, 'painted', 1)).toMatchObject({ layer: 1, width: 640 })
  })

  it('follows a screen of more pixels', async () => {
    // Emulation changes the density, but tells no query of it.
    const watched = `const { matchMedia } = window
      window.matchMedia = (text) => (window.query = matchMedia.call(window, text))`
    await open(img(), `${watched}; strata.enhance()`)
    await event(tab, 'painted')
    const session = await context.newCDPSession(tab)
    const metrics = { width: 1400, height: 1000, mobile: false }
    for (const [n, deviceScaleFactor] of [2, 4].entries()) {
      await session.send('Emulation.setDeviceMetricsOverride', { ...metrics, deviceScaleFactor })
      await tab.evaluate(() => {
        const { query } = window as unknown as { query: MediaQueryList }
        if (!query.matches) query.dispatchEvent(new Event('change'))
      })
      expect(await event(tab, 'painted', n + 1)).toMatchObject({ width: 320 * deviceScaleFactor })
    }
  })

  it('fetches exactly the missing bytes when a picture grows, and nothing when it shrinks', async () => {
    const native = watchNative(tab)
    await open(img(), 'strata.enhance()')
    await event(tab, 'painted')
    await resize(1280)
    const begin = await event(tab, 'begin', 1)
    await event(tab, 'painted', 1)
    await resize(160)
    await tab.waitForTimeout(500)
    const [base, top] = [layers[0]!, layers[2]!]
    const [first, second, ...others] = await native.done()
    expect(others).toEqual([])
    expect(first).toMatchObject({ status: 200, bytes: base.end, range: undefined })
    expect(second).toMatchObject({ status: 206, bytes: top.end - base.end, range: `bytes=${base.end}-` })
    expect(second?.ifRange).toMatch(/^"[0-9a-f]+\.0"$/)
    expect(begin).toMatchObject({ layer: 2, fetched: top.end - base.end, reused: base.end })
  })

  it('fetches no byte twice: neither for a second place nor for a second visit', async () => {
    const body = `${img()}${img('', 'b')}`
    await open(body, 'strata.enhance()')
    await event(tab, 'painted', 1)
    const native = watchNative(tab)
    await open(body, 'strata.enhance()')
    await event(tab, 'painted', 1)
    expect((await native.done()).map(({ status, bytes }) => [status, bytes])).toEqual([[304, 0]])
  })

  it('asks for more where a pixel of the page is two of the screen, and for a layer less where data is saved', async () => {
    await context.close()
    context = await browser.newContext({ deviceScaleFactor: 2 })
    tab = await context.newPage()
    await open(img(), 'strata.enhance()')
    expect(await event(tab, 'painted')).toMatchObject({ layer: 1, width: 640 })
    await open(img(), 'strata.enhance(document, { saveData: true })')
    expect(await event(tab, 'painted')).toMatchObject({ layer: 0 })
  })

  it('serves <strata-img> and pictures that come later, and gives the plain image back', async () => {
    await open(
      '<main></main>',
      'strata.defineStrataImg(); window.enhancement = strata.enhance(document.querySelector("main"))',
    )
    await tab.waitForFunction(() => 'enhancement' in window)
    await tab.evaluate((markup) => {
      document.querySelector('main')!.innerHTML = markup
    }, img('loading="lazy"'))
    await event(tab, 'painted')
    await tab.evaluate(() => (window as unknown as { enhancement: { stop(): void } }).enhancement.stop())
    expect(await tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(0)
    expect(await source()).toBe(`${cdn}/img/hills?w=320`)
    await tab.evaluate((markup) => {
      document.body.innerHTML = `<strata-img>${markup}</strata-img>`
    }, img('loading="lazy"'))
    await event(tab, 'painted', 1)
  })

  it('restores a thumbnail without network', async () => {
    await open(img(), 'window.ready = strata.prepareRestore()')
    await tab.waitForFunction(() => (document.getElementById('a') as HTMLImageElement).naturalWidth > 0)
    await tab.evaluate(() => (window as unknown as { ready: Promise<void> }).ready)
    await context.setOffline(true)
    const restored = await tab.evaluate(async () => {
      const { restore } = (window as unknown as { strata: typeof import('../../../src/client/index.ts') })
        .strata
      return await restore(document.getElementById('a') as HTMLImageElement)
    })
    expect(restored).toMatchObject({ method: 'hyperthumbnail', factor: 2, width: 640, height: 427 })
    const { width, data } = await canvasPixels(tab, 'a')
    expect(width).toBe(640)
    const folder = await mkdtemp(join(tmpdir(), 'strata-restore-'))
    try {
      const accept = { headers: { Accept: 'image/*' } }
      const jpeg = await (await fetch(`${cdn}/img/hills?w=320`, accept)).arrayBuffer()
      await writeFile(join(folder, 'thumb.jpg'), new Uint8Array(jpeg))
      await strata('restore', join(folder, 'thumb.jpg'), '-o', join(folder, 'out.png'))
      expect(largest(data, await rawPixels(join(folder, 'out.png')))).toBeLessThanOrEqual(1)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each([
    ['rescale', 'low.png', ['--scale', '2'], 'irn', 2],
    ['rescale', 'low.png', ['--scale', '4'], 'irn', 4],
    ['thumbnail', 'low.jpg', ['--width', '40', '--ht', '4'], 'hyperthumbnail', 4],
  ] as const)(
    'restores what strata %s made as %s with %j',
    async (command, name, options, method, factor) => {
      const folder = await mkdtemp(join(tmpdir(), 'strata-rescale-'))
      const path = (file: string): string => join(folder, file)
      try {
        const { data, width, height } = photo(160, 108)
        await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path('a.png'))
        await strata(command, path('a.png'), ...options, '-o', path(name))
        pages.set(`/${name}`, await readFile(path(name)))
        await open(`<img id="a" src="/${name}" alt="">`, '')
        await tab.waitForFunction(() => 'strata' in window)
        const restored = await tab.evaluate(async () => {
          const { restore } = (window as unknown as { strata: typeof import('../../../src/client/index.ts') })
            .strata
          return await restore(document.getElementById('a') as HTMLImageElement)
        })
        expect(restored).toMatchObject({ method, factor, width, height })
        await strata('restore', path(name), '-o', path('out.png'))
        const shown = await canvasPixels(tab, 'a')
        expect(largest(shown.data, await rawPixels(path('out.png')))).toBeLessThanOrEqual(1)
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  )

  it('enlarges a foreign JPEG plainly and says why', async () => {
    const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a52' } })
      .jpeg()
      .toBuffer()
    pages.set('/foreign.jpg', jpeg)
    await open('<img id="a" src="/foreign.jpg" alt="">', '')
    await tab.waitForFunction(() => 'strata' in window)
    const { method, width, note } = await tab.evaluate(async () => {
      const { restore } = (window as unknown as { strata: typeof import('../../../src/client/index.ts') })
        .strata
      return await restore(document.getElementById('a') as HTMLImageElement)
    })
    expect([method, width]).toEqual(['plain', 80])
    expect(note).toContain('no Strata marker')
  })

  it.each([
    ['forbids WebAssembly', "script-src 'self' 'unsafe-inline'; worker-src 'self'"],
    ['forbids workers', "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'none'"],
    ['forbids data URIs', `img-src ${'http:'}; script-src 'self' 'unsafe-inline'; worker-src 'none'`],
  ])('shows the plain image where a policy %s', async (_, policy) => {
    const headers = { 'Content-Security-Policy': policy }
    pages.setLibraryHeaders(headers)
    await open(img('loading="lazy"'), 'strata.enhance()', '', headers)
    await tab.waitForFunction(() =>
      (document.getElementById('a') as HTMLImageElement).currentSrc.includes('w=320'),
    )
    await tab.waitForFunction(() => (document.getElementById('a') as HTMLImageElement).naturalWidth === 320)
    expect(await tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(0)
    pages.setLibraryHeaders({})
  })

  it('decodes under a policy that allows what it needs', async () => {
    const policy = `default-src 'none'; img-src data: ${servers.url}; connect-src 'self' ${servers.url}; worker-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'`
    const headers = {
      'Content-Security-Policy': policy,
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Opener-Policy': 'same-origin',
    }
    pages.setLibraryHeaders(headers)
    await open(img('loading="lazy"'), 'strata.enhance()', '', headers)
    await event(tab, 'painted')
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true)
    pages.setLibraryHeaders({})
  })

  it.each([
    ['an image that is not there', '/img/none'],
    ['a server that is no Strata CDN and has no CORS', '/img/foreign'],
  ])('leaves %s to the browser', async (_, path) => {
    const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a52' } })
      .jpeg()
      .toBuffer()
    pages.set('/img/foreign', jpeg, { 'Content-Type': 'image/jpeg' })
    const base = path.endsWith('none') ? cdn : pages.url.replace('127.0.0.1', 'localhost')
    await open(
      `<img id="a" src="${base}${path}?w=320" width="40" height="30" alt="" loading="lazy">`,
      'strata.enhance()',
    )
    const { code } = await event(tab, 'failed')
    expect(code).toMatch(/^[A-Z_]+$/)
    expect(await source()).toBe(`${base}${path}?w=320`)
    if (path.endsWith('foreign')) await expect.poll(visibleWidth).toBe(40)
  })

  it('sends hints to another origin where the page delegates them', async () => {
    const sent = tab.waitForRequest((request) => request.url().endsWith('/img/hills'))
    const head = delegateCh(new URL(servers.url).origin)
    await open(`<img id="a" src="${cdn}/img/hills" sizes="300px" width="300" height="200" alt="">`, '', head)
    expect((await (await sent).allHeaders())['sec-ch-width']).toBe('300')
    const response = await (await sent).response()
    expect(response?.headers()['strata-plan']).toContain('w=320')
  })

  it('runs the demo page, with the library that the edge serves', async () => {
    const faults: string[] = []
    tab.on('pageerror', (error) => faults.push(String(error)))
    tab.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await tab.goto(servers.url)
    await expect.poll(() => tab.locator('#log tr').count(), { timeout: 30_000 }).toBe(1)
    await tab.locator('#width').fill('1200')
    await expect.poll(() => tab.locator('#log tr').count(), { timeout: 30_000 }).toBe(2)
    await expect.poll(() => tab.locator('#sides').innerText(), { timeout: 30_000 }).toContain('no byte more')
    await tab.getByLabel('Network off').check()
    await expect
      .poll(() => tab.locator('#saved').innerText(), { timeout: 30_000 })
      .toContain('hyperthumbnail')
    expect(faults).toEqual([])
  })

  it('gives its memory back when pictures go', async () => {
    const session = await browser.newBrowserCDPSession()
    const client = await context.newCDPSession(tab)
    await open(`<div id="stage"></div>${img('', 'kept')}`, 'strata.enhance()')
    await event(tab, 'painted')
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    const memory = async () => {
      await tab.evaluate(() => {
        notes.events.length = 0
      })
      for (let i = 0; i < 3; i++) {
        await client.send('HeapProfiler.collectGarbage')
        await tab.waitForTimeout(700)
      }
      const each = await Promise.all(renderers.map((id) => privateMemory(id).catch(() => 0)))
      return each.reduce((sum, bytes) => sum + bytes, 0)
    }
    const openAndClose = async (count: number) => {
      for (let i = 0; i < count; i += 10) {
        const batch = Array.from({ length: 10 }, (_, k) => img('', `n${k}`)).join('')
        await tab.evaluate((markup) => {
          notes.events.length = 0
          document.getElementById('stage')!.innerHTML = markup
        }, batch)
        await event(tab, 'painted', 9)
        expect(await tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(11)
        await tab.evaluate(() => document.getElementById('stage')!.replaceChildren())
      }
    }
    await openAndClose(30)
    const before = await memory()
    await openAndClose(200)
    const after = await memory()
    expect(await tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(1)
    expect(after / before, `${before} → ${after} bytes`).toBeLessThan(1.1)
  })
})

async function expectDecoded(layer: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-decode-'))
  try {
    const file = await (await fetch(`${cdn}/img/hills?f=native`)).arrayBuffer()
    await writeFile(join(folder, 'a.strata'), new Uint8Array(file))
    await strata('decode', join(folder, 'a.strata'), '--layer', String(layer), '-o', join(folder, 'a.png'))
    const { data } = await canvasPixels(tab, 'a')
    expect(largest(data, await rawPixels(join(folder, 'a.png')))).toBeLessThanOrEqual(1)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function strata(...argv: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [servers.program, ...argv])
}

async function rawPixels(file: string): Promise<Uint8Array> {
  return new Uint8Array(await sharp(file).removeAlpha().raw().toBuffer())
}

function largest(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
