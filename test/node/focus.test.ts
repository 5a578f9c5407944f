import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { findFocus } from '../../src/node/focus.ts'
import { openPicture } from '../../src/node/ingest/ingest.ts'

/** A grey picture with a checked red spot around (x, y), as a PNG. */
async function spot(width: number, height: number, x: number, y: number, orientation?: number) {
  const data = new Uint8Array(3 * width * height).fill(128)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (Math.hypot(column - x, row - y) > 40) continue
      const isLight = ((column >> 2) + (row >> 2)) % 2 === 0
      data.set(isLight ? [240, 60, 40] : [120, 20, 40], 3 * (row * width + column))
    }
  }
  const picture = sharp(data, { raw: { width, height, channels: 3 } })
  return await (orientation ? picture.withMetadata({ orientation }) : picture).png().toBuffer()
}

const focusOf = async (file: Uint8Array) => await findFocus(await openPicture(file))

describe('the point that the eye goes to first', () => {
  it.each([
    ['wide', 900, 300, 700, 80],
    ['high', 300, 900, 80, 200],
    ['square', 600, 600, 450, 470],
    ['nearly square', 600, 520, 100, 400],
    ['small', 100, 100, 60, 60],
  ])('lies on the spot of a %s picture', async (_, width, height, x, y) => {
    const focus = await focusOf(await spot(width, height, x, y))
    const distance = Math.hypot((focus?.x ?? 9) * width - x, (focus?.y ?? 9) * height - y)
    expect(distance).toBeLessThan(45)
  })

  it('is that of the upright picture', async () => {
    // Orientation 6: the picture is turned clockwise, so that its left becomes the top.
    const focus = await focusOf(await spot(900, 300, 700, 80, 6))
    expect(Math.abs((focus?.x ?? 9) - (1 - 80 / 300))).toBeLessThan(0.2)
    expect(Math.abs((focus?.y ?? 9) - 700 / 900)).toBeLessThan(0.08)
  })

  it.each([
    [1, 1],
    [40, 20],
    [300, 2],
  ])('is none of %i x %i pixels of one colour', async (width, height) => {
    const file = await sharp({ create: { width, height, channels: 3, background: '#3366cc' } })
      .png()
      .toBuffer()
    expect(await focusOf(file)).toBeUndefined()
  })

  it.each([
    [1, 2],
    [3, 1],
    [500, 2],
  ])('lies in a picture of %i x %i', async (width, height) => {
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 89) % 256)
    const focus = await focusOf(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    )
    if (focus === undefined) return
    expect(Math.min(focus.x, focus.y)).toBeGreaterThanOrEqual(0)
    expect(Math.max(focus.x, focus.y)).toBeLessThanOrEqual(1)
  })
})
