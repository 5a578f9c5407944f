import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { placeholderUrl } from '../../../src/client/inline/url.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'
import { base64 } from '../inline/golden.ts'
import { launch } from './browser.ts'

const ENTRY = fileURLToPath(new URL('../../../src/client/inline/index.ts', import.meta.url))
const SITE = 'http://site.test'

describe.skipIf(!hasChromium && !process.env.CI)(`placeholders in the markup (${CHROMIUM})`, () => {
  let browser: Browser
  let tab: Page
  /** Lets the picture come. */
  let release = () => {}

  beforeAll(async () => {
    const { outputFiles } = await build({
      ...{ entryPoints: [ENTRY], bundle: true, format: 'iife', globalName: 'placeholder', write: false },
    })
    const png = await sharp({ create: { width: 4, height: 3, channels: 3, background: '#c00' } })
      .png()
      .toBuffer()
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    browser = await launch()
    tab = await browser.newPage()
    await tab.route(`${SITE}/`, (route) => {
      // The policy forbids style attributes.
      const headers = {
        'Content-Security-Policy': "default-src 'self'; img-src 'self' data:; style-src 'self'",
      }
      const body = `<!doctype html><title>Test</title><script src="/script.js"></script>
<img id="late" src="/late.png" width="160" height="120" alt="" data-strata-placeholder="${base64}">
<img id="there" src="/there.png" width="160" height="120" alt="" data-strata-placeholder="${base64}">
<img id="wrong" src="/late.png" width="160" height="120" alt="" data-strata-placeholder="javascript:alert(1)">
<div id="box" data-strata-placeholder="${base64}"></div>`
      return route.fulfill({ contentType: 'text/html', headers, body })
    })
    await tab.route(`${SITE}/script.js`, (route) => {
      return route.fulfill({ contentType: 'text/javascript', body: outputFiles[0]!.text })
    })
    await tab.route(`${SITE}/there.png`, (route) => route.fulfill({ contentType: 'image/png', body: png }))
    await tab.route(`${SITE}/late.png`, async (route) => {
      await released
      await route.fulfill({ contentType: 'image/png', body: png })
    })
    await tab.goto(`${SITE}/`, { waitUntil: 'commit' })
    await tab.waitForFunction(() => document.querySelector<HTMLImageElement>('#there')?.complete)
    await tab.waitForSelector('#box', { state: 'attached' })
  })
  afterAll(() => browser?.close())

  const background = (id: string) =>
    tab.evaluate((name) => getComputedStyle(document.getElementById(name)!).backgroundImage, id)

  it('are painted while no picture is shown', async () => {
    expect(await tab.evaluate('placeholder.paintPlaceholders()')).toBe(2)
    const painted = `url("${placeholderUrl(base64)}")`
    expect(await background('late')).toBe(painted)
    expect(await background('box')).toBe(painted)
    expect(await background('there')).toBe('none')
    expect(await background('wrong')).toBe('none')
    expect(await tab.evaluate('placeholder.paintPlaceholders()')).toBe(0)
  })

  it('are decoded by the browser to the encoded pixels', async () => {
    const pixels = await tab.evaluate(async (url) => {
      const image = new Image()
      image.src = url
      await image.decode()
      const canvas = new OffscreenCanvas(32, 32).getContext('2d')!
      canvas.drawImage(image, 0, 0)
      return [...canvas.getImageData(0, 0, 32, 32).data]
    }, placeholderUrl(base64))
    const own = (await tab.evaluate(`[...placeholder.decodePlaceholder('${base64}').rgba]`)) as number[]
    expect(pixels).toEqual(own)
  })

  it('are removed when the picture has loaded', async () => {
    release()
    await tab.waitForFunction(() => document.querySelector<HTMLImageElement>('#late')!.complete)
    await tab.waitForFunction(
      () => getComputedStyle(document.querySelector('#late')!).backgroundImage === 'none',
    )
    expect(await background('box')).not.toBe('none')
  })
})
