import { expect, it } from 'vitest'
import { largestDifference } from '../e2e/pixels.ts'
import { call } from './engine.ts'
import { canvasPixels, meanDifference, places, screenPixels } from './looks.ts'
import { PATIENCE, type Stage } from './stage.ts'

/** What a browser tells of a slow link, and of a plain file that is large enough for one picture to pay. */
const SLOW = `
  localStorage.setItem('strata-speed', '4700')
  performance.getEntriesByType = () => []
  performance.getEntriesByName = () => [{ encodedBodySize: 200_000 }]
  Object.defineProperty(navigator, 'connection', { value: { downlink: 0.2 } })`

export function painting(stage: Stage): void {
  it('paints the pixels of `strata decode`, on the canvas and on the screen', async () => {
    await stage.openReplaced()
    expect(await stage.event('painted')).toMatchObject({ layer: 0, width: 320, height: 213 })
    const wanted = await stage.decoded(0)
    expect(largestDifference(await canvasPixels(stage.tab), wanted)).toBeLessThanOrEqual(1)
    const { image } = await places(stage.tab)
    expect(meanDifference(await screenPixels(stage.tab, image), wanted)).toBeLessThan(1)
  })

  it('paints over the plain file once the picture grows', async () => {
    await stage.open(stage.img([320, 640, 1280]), `${SLOW}; strata.enhance()`)
    const shown = () =>
      call(stage.tab, () => {
        const { currentSrc, complete, naturalWidth } = document.getElementById('a') as HTMLImageElement
        return complete && naturalWidth > 0 && currentSrc
      })
    const plain = `${stage.cdn}/img/hills?w=320`
    await expect.poll(shown, PATIENCE).toBe(plain)
    // The decoder is ready when the image has but the one candidate that it shows.
    const candidates = () => call(stage.tab, () => document.getElementById('a')!.getAttribute('srcset'))
    await expect.poll(candidates, PATIENCE).toBe(`${plain} 320w`)
    expect(stage.native()).toEqual([])
    await call(stage.tab, () => {
      Object.assign(document.getElementById('a')!, { width: 640, height: 427, sizes: '640px' })
    })
    expect(await stage.event('painted')).toMatchObject({ layer: 1, width: 640 })
    const wanted = await stage.decoded(1)
    expect(largestDifference(await canvasPixels(stage.tab), wanted)).toBeLessThanOrEqual(1)
    expect(stage.native()).toMatchObject([{ status: 200, bytes: stage.layers[1]!.end }])
    expect(await shown()).toBe(plain)
  })
}
