import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Miniflare, Response } from 'miniflare'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTranscodeApp } from '../../../src/edge/transcoder/app.ts'
import { createAvifDecoder } from '../../../src/edge/transcoder/decoders/avif.ts'
import { createPngDecoder } from '../../../src/edge/transcoder/decoders/png.ts'
import { createWebpDecoders } from '../../../src/edge/transcoder/decoders/webp.ts'
import { createAvifEncoder } from '../../../src/edge/transcoder/encoders/avif.ts'
import { createJpegEncoder } from '../../../src/edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from '../../../src/edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../../../src/edge/transcoder/encoders/webp.ts'
import { AVIF_WASM, packageWasm, WEBP_WASM } from '../../../src/node/package-wasm.ts'
import { bundleWorker } from '../../e2e/bundle.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'
import { animation, animationFile, type Drawing, logo, pictureFile } from '../../format/picture-files.ts'
import { text } from '../../pictures.ts'
import { canvasPixels, event, launch, page } from './browser.ts'
import { type Pages, type Started, startPages } from './servers.ts'

const LOGO = logo(320, 200, true)
const GROUNDS = ['#ffffff', '#0a3c1e'] as const
const FRAMES = 6
const [MOVING_WIDTH, MOVING_HEIGHT] = [160, 100]

/** Decoders and encoders of the transcoder Worker. */
const decoders = [
  ...createWebpDecoders(() => packageWasm('@jsquash/webp/codec/dec/webp_dec.wasm')),
  createAvifDecoder(() => packageWasm('@jsquash/avif/codec/dec/avif_dec.wasm')),
  createPngDecoder(),
]
const encoders = [
  createAvifEncoder(() => packageWasm(AVIF_WASM)),
  createWebpEncoder(() => packageWasm(WEBP_WASM)),
  createJpegEncoder(),
  createPngEncoder(),
]

/** An origin that knows its files beforehand, by what they are made of, and renders animations. */
async function startOrigin(
  files: ReadonlyMap<string, { file: Uint8Array; frames?: number }>,
): Promise<Started> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const query = new URL(request.url ?? '/', 'http://origin.test').searchParams
    if (request.url?.startsWith('/encode')) {
      const known = files.get(createHash('sha256').update(body).digest('hex'))
      response.writeHead(known ? 200 : 500, known?.frames ? { 'Strata-Frames': String(known.frames) } : {})
      response.end(known?.file)
      return
    }
    if (query.get('f') !== 'gif' || query.get('frames') !== 'all') {
      response.writeHead(503, { 'Content-Type': 'application/json' })
      response.end('{"error":{"code":"ORIGIN_BUSY","message":"busy"}}')
      return
    }
    const gif = await sharp(body, { animated: true }).gif().toBuffer()
    response.writeHead(200, { 'Strata-Size': `${MOVING_WIDTH}x${MOVING_HEIGHT}` })
    response.end(gif)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function startEdge(origin: string): Promise<Miniflare> {
  const transcoder = createTranscodeApp({
    // biome-ignore lint/correctness/useYield: no file here has COMPASS layers
    async *decodeRows() {
      throw new Error('expected no COMPASS layer')
    },
    encoders: Object.fromEntries(encoders.map((encoder) => [encoder.format, encoder])),
    decoders: Object.fromEntries(decoders.map((decoder) => [decoder.coding, decoder])),
  })
  const worker = new Miniflare({
    name: 'edge',
    port: 0,
    modules: [{ type: 'ESModule', path: 'index.js', contents: await bundleWorker('src/worker.ts') }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: { ORIGIN_URL: origin, STRATA_ENV: 'development' },
    r2Buckets: ['IMAGES'],
    queueProducers: { JOBS: 'strata-jobs' },
    queueConsumers: { 'strata-jobs': { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 20 } },
    durableObjects: { LEASE: { className: 'TranscodeLease', useSQLite: true } },
    serviceBindings: {
      async TRANSCODER(request) {
        const { url, method } = request
        const answer = await transcoder.request(url, { method, body: await request.arrayBuffer() })
        const headers = Object.fromEntries(answer.headers)
        return new Response(await answer.arrayBuffer(), { status: answer.status, headers })
      },
    },
  })
  await worker.ready
  return worker
}

async function png({ width, height, rgba }: Drawing): Promise<Uint8Array<ArrayBuffer>> {
  const raw = { width, height, channels: 4 } as const
  return new Uint8Array(await sharp(rgba, { raw }).png().toBuffer())
}

describe.skipIf(!hasChromium && !process.env.CI)(
  `layers that are pictures (${CHROMIUM})`,
  { timeout: 180_000 },
  () => {
    let origin: Started
    let edge: Miniflare
    let pages: Pages
    let browser: Browser
    let tab: Page
    let cdn = ''
    const lines = text(300, 120)
    const rgba = new Uint8Array(4 * 300 * 120).map((_, i) =>
      i % 4 === 3 ? 255 : lines.data[3 * (i >> 2) + (i % 4)]!,
    )
    const sheet: Drawing = { width: 300, height: 120, rgba }

    beforeAll(async () => {
      const moving = new Uint8Array(
        await animation({ width: MOVING_WIDTH, height: MOVING_HEIGHT }, FRAMES, 'gif'),
      )
      const originals = { logo: await png(LOGO), text: await png(sheet), moving }
      const coded = (coding: 'webp' | 'avif') => [80, 160, 320].map((width) => ({ width, coding }))
      const files = {
        logo: { file: await pictureFile(LOGO, coded('webp'), originals.logo) },
        text: { file: await pictureFile(sheet, [{ width: 300, coding: 'webp' }], originals.text) },
        moving: {
          file: await animationFile(
            { width: MOVING_WIDTH, height: MOVING_HEIGHT },
            [80, MOVING_WIDTH],
            FRAMES,
            moving,
          ),
          frames: FRAMES,
        },
      }
      const names = ['logo', 'text', 'moving'] as const
      const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
      ;[origin, pages, browser] = await Promise.all([
        startOrigin(new Map(names.map((name) => [digest(originals[name]), files[name]]))),
        startPages(),
        launch(),
      ])
      edge = await startEdge(origin.url)
      cdn = `${(await edge.ready).href}cdn`
      for (const name of names) {
        const { status } = await fetch(`${cdn}/img/${name}`, { method: 'PUT', body: originals[name] })
        expect(status).toBe(202)
        for (let state = ''; state !== 'ready'; ) {
          ;({ state } = (await (await fetch(`${cdn}/img/${name}.json`)).json()) as { state: string })
          expect(state).not.toBe('failed')
        }
      }
    }, 240_000)
    beforeEach(async () => {
      tab = await (await browser.newContext({ viewport: { width: 800, height: 600 } })).newPage()
    })
    afterEach(() => tab.context().close())
    afterAll(async () => {
      await Promise.all([browser?.close(), pages?.stop(), edge?.dispose(), origin?.stop()])
    }, 60_000)

    async function open(body: string, script = ''): Promise<void> {
      pages.set('/page.html', page(body, script, '<style>body { margin: 0 }</style>'))
      await tab.goto(`${pages.url}/page.html`)
      await tab.waitForFunction(() => [...document.images].every(({ complete }) => complete))
    }

    /** What the screen shows of an element: interleaved R, G, B. */
    async function shot(selector: string): Promise<Uint8Array> {
      const file = await tab.locator(selector).screenshot()
      return new Uint8Array(await sharp(file).removeAlpha().raw().toBuffer())
    }

    /** The logo at this width as it must look on a ground. */
    async function expected(width: number, ground: string): Promise<Uint8Array> {
      const raw = { width: LOGO.width, height: LOGO.height, channels: 4 } as const
      const image = sharp(LOGO.rgba, { raw }).resize({ width, height: (width * 5) / 8, fit: 'fill' })
      const rgb = await image.flatten({ background: ground }).raw().toBuffer()
      return new Uint8Array(rgb)
    }

    function meanError(a: Uint8Array, b: Uint8Array): number {
      expect(a.length).toBe(b.length)
      return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
    }

    it.each([
      ['as it is', 160, '', 1],
      ['resized, as AVIF', 152, '&f=avif', 3],
      ['resized, as WebP', 152, '&f=webp', 3],
      ['resized, as PNG', 152, '&f=png', 2],
    ])('alpha is right on two grounds: %s, %d pixels', async (_, wanted, query, most) => {
      const width = 8 * Math.round(wanted / 8)
      const image = `<img src="${cdn}/img/logo?w=${width}${query}" width="${width}" height="${(width * 5) / 8}" style="display: block">`
      const boxes = GROUNDS.map(
        (ground, i) => `<div id="g${i}" style="background: ${ground}; width: ${width}px">${image}</div>`,
      )
      await open(boxes.join(''))
      for (const [i, ground] of GROUNDS.entries()) {
        expect(meanError(await shot(`#g${i}`), await expected(width, ground)), ground).toBeLessThan(most)
      }
    })

    it('a drawing at its own width is exact to the pixel', async () => {
      await open(`<img id="t" src="${cdn}/img/text" width="300" height="120" style="display: block">`)
      expect(await shot('#t')).toEqual(lines.data)
    })

    it.each([
      ['webp', 'image/webp', 'slice;layer=1;f=webp'],
      ['gif', '*/*', `render;w=${MOVING_WIDTH};f=gif`],
    ])('an animation plays, with all its frames in their time: %s', async (type, accept, plan) => {
      const url = `${cdn}/img/moving?w=${MOVING_WIDTH}`
      await open('<p>')
      const film = await tab.evaluate(
        async ([address, wanted]) => {
          const answer = await fetch(address!, { headers: { Accept: wanted! } })
          const media = answer.headers.get('Content-Type')!
          const data = await answer.arrayBuffer()
          const { ImageDecoder } = globalThis as unknown as {
            ImageDecoder: new (
              init: object,
            ) => {
              tracks: { ready: Promise<void>; selectedTrack: { frameCount: number } }
              completed: Promise<void>
              decode(options: object): Promise<{ image: { duration: number } }>
            }
          }
          const decoder = new ImageDecoder({ data, type: media })
          await Promise.all([decoder.completed, decoder.tracks.ready])
          const { frameCount } = decoder.tracks.selectedTrack
          const durations: number[] = []
          for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
            durations.push((await decoder.decode({ frameIndex })).image.duration / 1000)
          }
          return { media, plan: answer.headers.get('Strata-Plan'), durations }
        },
        [url, accept],
      )
      expect(film).toEqual({
        media: `image/${type}`,
        plan,
        durations: new Array<number>(FRAMES).fill(100),
      })
    })

    it('an animation is animated on the page, and its first frame is not', async () => {
      const image = (id: string, query: string) =>
        `<img id="${id}" src="${cdn}/img/moving?w=${MOVING_WIDTH}${query}" width="${MOVING_WIDTH}" height="${MOVING_HEIGHT}">`
      await open(image('moves', '') + image('still', '&frame=first'))
      const looks = { moves: new Set<string>(), still: new Set<string>() }
      for (let i = 0; i < 60 && (looks.moves.size < 2 || i < 5); i++) {
        for (const id of ['moves', 'still'] as const)
          looks[id].add(Buffer.from(await shot(`#${id}`)).toString('base64'))
        await tab.waitForTimeout(70)
      }
      expect(looks.moves.size).toBeGreaterThan(1)
      expect(looks.still.size).toBe(1)
    })

    it('the library paints pictures with alpha, fetches larger ones by range, and leaves animations to the <img>', async () => {
      const image = (id: string, width: number, height: number) =>
        `<img id="${id}" src="${cdn}/img/${id}?w=80" width="${width}" height="${height}" style="display: block" alt="">`
      const box = `<div id="box" style="background: ${GROUNDS[1]}; width: 80px">${image('logo', 80, 50)}</div>`
      // Images that come later have not loaded when the library meets them.
      const html = JSON.stringify(box + image('moving', 80, 50))
      await open(
        '',
        `strata.enhance(document, { replace: 'always' }); document.body.insertAdjacentHTML('beforeend', ${html})`,
      )
      expect(await event(tab, 'painted')).toMatchObject({ layer: 0, width: 80, height: 50 })
      expect(meanError(await shot('#box'), await expected(80, GROUNDS[1]))).toBeLessThan(1)
      const failed = await event(tab, 'failed')
      expect(failed).toMatchObject({ code: 'INPUT_UNSUPPORTED' })
      await tab.waitForFunction(() =>
        (document.getElementById('moving') as HTMLImageElement).src.includes('/img/moving'),
      )

      await tab.evaluate(() => {
        const shown = document.getElementById('logo') as HTMLElement
        Object.assign(shown.style, { width: '320px', height: '200px' })
        Object.assign(document.getElementById('box')!.style, { width: '320px' })
      })
      expect(await event(tab, 'painted', 1)).toMatchObject({ layer: 2, width: 320 })
      const begun = await event(tab, 'begin', 1)
      expect(begun).toMatchObject({ range: expect.stringMatching(/^bytes=\d+-$/) })
      const { data, width } = await canvasPixels(tab, 'logo')
      expect([width, data.length]).toEqual([320, 3 * 320 * 200])
      expect(meanError(await shot('#box'), await expected(320, GROUNDS[1]))).toBeLessThan(1)

      // What is saved keeps its alpha: without the canvas above, the image looks the same.
      await tab.mouse.move(20, 20)
      await tab.waitForFunction(() => {
        const { currentSrc, complete } = document.getElementById('logo') as HTMLImageElement
        return complete && currentSrc.startsWith('data:image/png')
      })
      await tab.addStyleTag({ content: 'canvas { display: none }' })
      expect(meanError(await shot('#box'), await expected(320, GROUNDS[1]))).toBeLessThan(1)
    })
  },
)
