import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readFrames } from '../../../src/bench/kinds/frames.ts'
import { createLooker, onWhite } from '../../../src/bench/kinds/looks.ts'
import { MODERN, MODERN_ANIMATED, OLD, RivalCurves } from '../../../src/bench/kinds/rivals.ts'
import { animationFile, drawAnimation } from '../../../src/bench/pictures/kinds/animation.ts'
import { logo } from '../../../src/bench/pictures/kinds/art.ts'
import type { DecodedPicture } from '../../../src/node/ingest/ingest.ts'

function raw({ width, height, channels, data }: DecodedPicture) {
  return sharp(data, { raw: { width, height, channels } })
}

const bytesOf = async (picture: ReturnType<typeof raw>) => new Uint8Array(await picture.toBuffer())

describe('createLooker', { timeout: 60_000 }, () => {
  const mark = logo(180, 64)

  it('reports a lossless file as exact, and a lossy one not', async () => {
    const looker = createLooker(mark)
    const same = await looker.look(await bytesOf(raw(mark).webp({ lossless: true, exact: true })))
    expect(same).toEqual({ score: 100, isExact: true })
    const lossy = await looker.look(await bytesOf(raw(mark).webp({ quality: 40 })))
    expect(lossy.isExact).toBe(false)
    expect(lossy.score).toBeLessThan(90)
  })

  it('detects lost alpha on the dark background', async () => {
    const flattened = await bytesOf(raw(mark).flatten({ background: '#fff' }).png())
    expect((await createLooker(mark).look(flattened)).score).toBeLessThan(20)
    expect((await createLooker(onWhite(mark)).look(flattened)).score).toBeGreaterThan(95)
  })

  it('refuses a picture of another size', async () => {
    const small = await bytesOf(raw(mark).resize(90).png())
    await expect(createLooker(mark).look(small)).rejects.toThrow('expected 180 x 64, got 90 x 32')
  })

  it('scores large pictures in windows, but tests all their pixels for exactness', async () => {
    const width = 100
    const data = Uint8Array.from({ length: 3 * width * 310 }, (_, i) => (i * 2654435761) >>> 29)
    const tall: DecodedPicture = { width, height: 310, channels: 3, data }
    const changed = data.slice()
    changed[3 * width * 103]! ^= 255 // between the first window and the middle one
    const looker = createLooker(tall, { wholePixels: 30_000 })
    expect(await looker.look(await bytesOf(raw(tall).png({ compressionLevel: 0 })))).toEqual({
      score: 100,
      isExact: true,
    })
    const file = await bytesOf(raw({ ...tall, data: changed }).png({ compressionLevel: 0 }))
    expect(await looker.look(file)).toEqual({ score: 100, isExact: false })
  })
})

describe('RivalCurves', { timeout: 120_000 }, () => {
  const picture = onWhite(logo(90, 32))
  const looker = createLooker(picture)
  const curves = new RivalCurves(picture, looker)

  it('takes more bytes for a higher score, and never more than a lossless file', async () => {
    const [poor, good, best] = [
      await curves.bestAt(50, MODERN),
      await curves.bestAt(85, MODERN),
      await curves.bestAt(100, MODERN),
    ]
    expect(poor!.bytes).toBeLessThanOrEqual(good!.bytes)
    expect(good!.bytes).toBeLessThanOrEqual(best!.bytes)
    expect(best).toEqual(await curves.bestExact(MODERN))
    expect(best?.rival).toMatch(/^webp-(near-)?lossless$/)
  })

  it('interpolates between two qualities', async () => {
    const large = onWhite(logo(450, 160))
    const judge = createLooker(large)
    const files = await Promise.all(
      [30, 70].map(async (quality) => await bytesOf(raw(large).webp({ quality }))),
    )
    const [below, above] = await Promise.all(files.map((file) => judge.look(file)))
    expect(above!.score).toBeGreaterThan(below!.score)
    const wanted = (below!.score + above!.score) / 2
    const between = await new RivalCurves(large, judge).bestAt(wanted, ['webp'])
    expect(between!.bytes).toBeGreaterThan(files[0]!.length)
    expect(between!.bytes).toBeLessThan(files[1]!.length)
  })

  it('is undefined when no rival is good enough', async () => {
    expect(await curves.bestAt(100, ['mozjpeg'])).toBeUndefined()
    expect((await curves.bestAt(100, OLD))?.rival).toBe('png')
    expect(await curves.bestExact(['mozjpeg'])).toBeUndefined()
  })
})

describe('readFrames', () => {
  it('stacks all frames, and returns their durations', async () => {
    const file = await animationFile(drawAnimation(60, 40, 4), 'gif')
    const { picture, count, height, delays } = await readFrames(file, 30)
    expect([picture.width, picture.height, picture.channels]).toEqual([30, 80, 4])
    expect([count, height, delays]).toEqual([4, 20, [80, 80, 80, 500]])
  })

  it("is the source of the rivals' animations", async () => {
    const { picture, height } = await readFrames(await animationFile(drawAnimation(60, 40, 4), 'gif'))
    const looker = createLooker(picture, { decode: async (file) => (await readFrames(file)).picture })
    const best = await new RivalCurves(picture, looker, height).bestExact(MODERN_ANIMATED)
    expect(best?.rival).toMatch(/^webp-(near-)?lossless$/)
    expect(best!.bytes).toBeGreaterThan(200)
  })
})
