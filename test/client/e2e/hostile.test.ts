import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { constants, deflateRawSync, deflateSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stripCount } from '../../../src/format/layout.ts'
import { STRATA_TYPE } from '../../../src/format/media-type.ts'
import { writeStrata } from '../../../src/format/writer.ts'
import { encodeChunks } from '../../../src/pixels/png/chunks.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'
import { event, launch, page } from './browser.ts'
import { type Pages, startPages } from './servers.ts'

type Hostile = (response: ServerResponse) => Promise<void> | void

const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag',
  'Content-Type': STRATA_TYPE,
  ETag: '"00000000000000000000000000000000.0"',
}

/** A file of layers that hold next to nothing. */
function emptyLayers(widths: readonly number[]): Uint8Array {
  const layers = widths.map((width, i) => ({
    ...{ width, height: width, quality: i + 1 },
    strips: Array.from({ length: stripCount(width) }, () => new Uint8Array(40)),
  }))
  const source = { width: Math.max(...widths), height: Math.max(...widths), sha256: '0'.repeat(32) }
  return writeStrata({ source, modelSet: '0123456789abcdef', layers })
}

/** The start of a gzip stream that never ends: 64 MiB of zeros, again and again. */
async function sendBomb(response: ServerResponse): Promise<void> {
  response.writeHead(200, { ...HEADERS, 'Content-Encoding': 'gzip' })
  response.write(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3))
  const block = deflateRawSync(new Uint8Array(64 << 20), { finishFlush: constants.Z_FULL_FLUSH })
  for (let i = 0; i < 24 && !response.destroyed; i++) await write(response, block)
  response.end()
}

/** @param pause milliseconds between two parts */
const sendForEver =
  (bytes: number, pause: number, status = 200): Hostile =>
  async (response) => {
    response.writeHead(status, HEADERS)
    while (!response.destroyed) {
      await write(response, new Uint8Array(bytes))
      await sleep(pause)
    }
  }

async function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (!response.write(bytes)) await Promise.race([once(response, 'drain'), once(response, 'close')])
}

const send =
  (bytes: Uint8Array): Hostile =>
  (response) =>
    void response.writeHead(200, HEADERS).end(bytes)

const ANSWERS: Readonly<Record<string, Hostile>> = {
  bomb: sendBomb,
  endless: sendForEver(1 << 20, 0),
  trickle: sendForEver(1, 200),
  refused: sendForEver(1 << 20, 0, 404),
  huge: send(emptyLayers([10_000])),
  sixteen: send(emptyLayers(Array(16).fill(640))),
}

/** A worker that says it decodes, and then hangs. */
const HANGING = `onmessage = ({ data: { type, job } }) => {
  if (type !== 'show') return
  const layers = [{ width: 320, height: 213, end: 9 }]
  postMessage({ type: 'begin', job, layer: 0, layers, transfer: { fetched: 9, reused: 0 } })
  for (;;);
}`

describe.skipIf(!hasChromium && !process.env.CI)(`hostile answers and workers (${CHROMIUM})`, () => {
  let cdn: Server
  let pages: Pages
  let browser: Browser
  let tab: Page
  let address = ''

  beforeAll(async () => {
    const background = { r: 160, g: 90, b: 40 }
    const plain = await sharp({ create: { width: 320, height: 213, channels: 3, background } })
      .jpeg()
      .toBuffer()
    cdn = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const hostile = ANSWERS[url.pathname.split('/').at(-1) ?? '']
      response.setMaxListeners(0)
      if (url.searchParams.get('f') === 'native') void hostile?.(response)
      else if (url.pathname.endsWith('.json')) response.writeHead(404, HEADERS).end()
      else response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(plain)
    })
    cdn.listen(0, '127.0.0.1')
    ;[pages, browser] = await Promise.all([startPages(), launch()])
    address = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}/img/`
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await pages?.stop()
    cdn?.closeAllConnections()
    cdn?.close()
  }, 60_000)

  /** Opens a page with one picture that is held back for layers. */
  async function open(id: string, options = ''): Promise<void> {
    tab = await browser.newPage()
    const img = `<img id="a" src="${address}${id}?w=320" width="320" height="213" alt="" loading="lazy">`
    const write = `document.querySelector('main').innerHTML = ${JSON.stringify(img)}`
    pages.set(
      '/page.html',
      page('<main></main>', `${write}; strata.enhance(document, { replace: 'always', ${options} })`),
    )
    await tab.goto(`${pages.url}/page.html`)
  }

  async function expectPlain(): Promise<void> {
    const shown = () =>
      tab.evaluate(() => {
        const { currentSrc, naturalWidth } = document.getElementById('a') as HTMLImageElement
        return currentSrc.startsWith('http') ? naturalWidth : 0
      })
    await expect.poll(shown, { timeout: 60_000 }).toBe(320)
    await tab.close()
  }

  it.each([
    ['a gzip body of 1.5 GB', 'bomb', 'bytes'],
    ['a body without end', 'endless', 'bytes'],
    ['an empty layer of 10000²', 'huge', 'pixels'],
    ['sixteen layers of one width', 'sixteen', 'layers'],
  ] as const)('shows the plain picture in place of %s', async (_, id, limit) => {
    await open(id)
    expect(await event(tab, 'failed')).toMatchObject({ code: 'INPUT_TOO_LARGE', limit })
    await expectPlain()
  })

  it('shows the plain picture instead of an endless error body', async () => {
    await open('refused')
    expect(await event(tab, 'failed')).toMatchObject({ code: 'NOT_FOUND' })
    await expectPlain()
  })

  it('shows the plain picture while a body trickles', async () => {
    await open('trickle')
    await expectPlain()
  })

  it.each([
    ['hangs at once', 'onmessage = () => { for (;;); }'],
    ['hangs while it decodes', HANGING],
  ])('ends a worker that %s, and shows the plain picture', async (_, script) => {
    pages.set('/hangs/worker.js', script, { 'Content-Type': 'text/javascript' })
    await open('none', "assets: '/hangs/'")
    expect(await event(tab, 'failed')).toMatchObject({ code: 'ABORTED', limit: 'seconds' })
    expect(await tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(0)
    await expectPlain()
  })

  it('does not restore a PNG of 12 kB that holds 100 million pixels', async () => {
    const header = new Uint8Array(13)
    const view = new DataView(header.buffer)
    for (const at of [0, 4]) view.setUint32(at, 10_000)
    // One bit of grey for each pixel.
    header[8] = 1
    const rows = new Uint8Array(deflateSync(new Uint8Array(10_000 * 1251), { level: 9 }))
    const chunks = [
      { type: 'IHDR', data: header },
      { type: 'IDAT', data: rows },
      { type: 'IEND', data: new Uint8Array(0) },
    ]
    pages.set('/large.png', encodeChunks(chunks), { 'Content-Type': 'image/png' })
    // What is not shown is not decoded by the browser either.
    pages.set('/page.html', page('<img id="a" src="/large.png" style="display: none" alt="">', ''))
    tab = await browser.newPage()
    await tab.goto(`${pages.url}/page.html`)
    await tab.waitForFunction(() => 'strata' in window)
    const refused = tab.evaluate(async () => {
      const { strata } = window as unknown as { strata: typeof import('../../../src/client/index.ts') }
      const img = document.getElementById('a') as HTMLImageElement
      return await strata.restore(img).catch(({ code }) => code)
    })
    expect(await refused).toBe('INPUT_TOO_LARGE')
    await tab.close()
  })
})
