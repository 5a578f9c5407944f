import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OriginProcess, put, startEdge, startOrigin, tinted, until } from '../../e2e/real.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'
import { launch } from './browser.ts'

/** One loading of the image. */
interface Loading {
  /** Pixels; 0 where the image is broken. */
  readonly width: number
  readonly colour: 'red' | 'blue' | 'none'
}

declare global {
  var loadings: Loading[]
}

/** Loads an image every 200 ms, each time anew, and notes what the page shows. */
const RELOAD = `
  window.loadings = []
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  let turn = 0
  async function load(address) {
    const image = document.querySelector('img')
    image.src = address + '?w=320&turn=' + turn++
    await new Promise((resolve) => { image.onload = image.onerror = resolve })
    const width = image.naturalWidth
    let colour = 'none'
    if (width > 0) {
      canvas.drawImage(image, 0, 0, 1, 1)
      const [red, , blue] = canvas.getImageData(0, 0, 1, 1).data
      colour = red > blue ? 'red' : 'blue'
    }
    loadings.push({ width, colour })
    setTimeout(load, 200, address)
  }
`

describe.skipIf(!hasChromium && !process.env.CI)(`a page while a picture is uploaded (${CHROMIUM})`, () => {
  let origin: OriginProcess
  let edge: Awaited<ReturnType<typeof startEdge>>
  let browser: Browser

  beforeAll(async () => {
    origin = await startOrigin()
    edge = await startEdge(origin.url)
    browser = await launch()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await edge?.stop()
    await origin?.stop()
  }, 60_000)

  it('shows no broken image from the upload to the replacement', { timeout: 240_000 }, async () => {
    const address = `${edge.url}shown`
    const tab = await browser.newPage()
    const body = '<!doctype html><img crossorigin="anonymous" alt="">'
    await tab.setContent(`${body}<script>${RELOAD}</script>`)
    const loadings = () => tab.evaluate(() => window.loadings)
    const shown = (colour: Loading['colour']) =>
      tab.waitForFunction((wanted) => window.loadings.at(-1)?.colour === wanted, colour, { timeout: 120_000 })

    expect(await put(address, await tinted('red'))).toBe(202)
    await tab.evaluate(`void load(${JSON.stringify(address)})`)
    await shown('red')
    await until(address, ({ state }) => state === 'ready')
    expect(await put(address, await tinted('blue'))).toBe(202)
    await until(address, ({ replacing }) => replacing === undefined)
    await shown('blue')
    await tab.waitForFunction(() => window.loadings.length > 4, undefined, { timeout: 120_000 })

    const seen = await loadings()
    expect(seen.length).toBeGreaterThan(4)
    expect(seen.map(({ width }) => width)).toEqual(seen.map(() => 320))
    const colours = seen.map(({ colour }) => colour)
    expect(colours.toSorted((a, b) => b.localeCompare(a))).toEqual(colours)
    await tab.close()
  })
})
