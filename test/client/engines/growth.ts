import { expect, it } from 'vitest'
import { largestDifference } from '../e2e/pixels.ts'
import { call } from './engine.ts'
import { canvasPixels, places } from './looks.ts'
import type { Stage } from './stage.ts'

export function growth(stage: Stage): void {
  it('fetches exactly the missing bytes, and paints the larger picture over the image', async () => {
    await stage.openReplaced()
    await stage.event('painted')
    const [base, top] = [stage.layers[0]!, stage.layers[1]!]
    expect(stage.native()).toMatchObject([{ status: 200, bytes: base.end, range: undefined }])
    await call(stage.tab, () => {
      Object.assign(document.getElementById('a')!.style, { width: '640px', height: 'auto' })
    })
    expect(await stage.event('painted', 1)).toMatchObject({ layer: 1, width: 640 })
    expect(stage.native()).toEqual([
      {
        method: 'GET',
        path: expect.stringContaining('/img/hills?'),
        status: 206,
        range: `bytes=${base.end}-`,
        ifRange: expect.stringMatching(/^"[0-9a-f]+\.0"$/),
        bytes: top.end - base.end,
      },
    ])
    expect(largestDifference(await canvasPixels(stage.tab), await stage.decoded(1))).toBeLessThanOrEqual(1)
    const { image, canvas } = await places(stage.tab)
    for (const edge of ['x', 'y', 'width', 'height'] as const)
      expect(Math.abs(canvas[edge] - image[edge]), edge).toBeLessThan(0.5)
  })

  it('fetches no byte twice for the next page', async () => {
    await stage.openReplaced()
    await stage.event('painted')
    await stage.openReplaced()
    await stage.event('painted')
    expect(stage.native()).toMatchObject([{ status: 304, bytes: 0 }])
    expect(await stage.event('begin')).toMatchObject({ fetched: 0, reused: stage.layers[0]!.end })
  })
}
