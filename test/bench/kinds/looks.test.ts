import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createLooker, onWhite } from '../../../src/bench/kinds/looks.ts'
import { MODERN, OLD, RivalCurves } from '../../../src/bench/kinds/rivals.ts'
import { logo } from '../../../src/bench/pictures/kinds/art.ts'
import { chart } from '../../../src/bench/pictures/kinds/graphics.ts'
import type { DecodedPicture } from '../../../src/node/ingest.ts'

function raw({ width, height, channels, data }: DecodedPicture) {
  return sharp(data, { raw: { width, height, channels } })
}

const bytesOf = async (picture: ReturnType<typeof raw>) => new Uint8Array(await picture.toBuffer())

describe('createLooker', { timeout: 60_000 }, () => {
  const mark = logo(180, 64)

  it('finds a lossless file exact, and a lossy one not', async () => {
    const looker = createLooker(mark)
    const same = await looker.look(await bytesOf(raw(mark).webp({ lossless: true, exact: true })))
    expect(same).toEqual({ score: 100, isExact: true })
    const lossy = await looker.look(await bytesOf(raw(mark).webp({ quality: 40 })))
    expect(lossy.isExact).toBe(false)
    expect(lossy.score).toBeLessThan(90)
  })

  it('sees on its dark ground what is lost with alpha', async () => {
    const flattened = await bytesOf(raw(mark).flatten({ background: '#fff' }).png())
    expect((await createLooker(mark).look(flattened)).score).toBeLessThan(20)
    expect((await createLooker(onWhite(mark)).look(flattened)).score).toBeGreaterThan(95)
  })

  it('refuses a picture of another size', async () => {
    const small = await bytesOf(raw(mark).resize(90).png())
    await expect(createLooker(mark).look(small)).rejects.toThrow('expected 180 x 64, got 90 x 32')
  })

  it('looks at large pictures in windows, and for exactness at all of them', async () => {
    const width = 100
    const data = Uint8Array.from({ length: 3 * width * 310 }, (_, i) => (i * 2654435761) >>> 29)
    const tall: DecodedPicture = { width, height: 310, channels: 3, data }
    const changed = data.slice()
    changed[3 * width * 103]! ^= 255 // between the first window and the middle one
    const looker = createLooker(tall, 30_000)
    expect(await looker.look(await bytesOf(raw(tall).png({ compressionLevel: 0 })))).toEqual({
      score: 100,
      isExact: true,
    })
    const file = await bytesOf(raw({ ...tall, data: changed }).png({ compressionLevel: 0 }))
    expect(await looker.look(file)).toEqual({ score: 100, isExact: false })
  })
})

describe('RivalCurves', { timeout: 120_000 }, () => {
  const picture = chart(220, 140)
  const looker = createLooker(picture)
  const curves = new RivalCurves(picture, looker)

  it('takes more bytes for a better look, and never more than what is lossless', async () => {
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
    const jpegs = await Promise.all(
      [50, 54].map(async (quality) => await bytesOf(raw(picture).jpeg({ quality, mozjpeg: true }))),
    )
    const looks = await Promise.all(jpegs.map((file) => looker.look(file)))
    const between = await curves.bestAt((looks[0]!.score + looks[1]!.score) / 2, ['mozjpeg'])
    const [least, most] = jpegs.map(({ length }) => length).sort((a, b) => a - b) as [number, number]
    expect(between!.bytes).toBeGreaterThanOrEqual(least)
    expect(between!.bytes).toBeLessThanOrEqual(most)
  })

  it('finds none where no rival is good enough', async () => {
    expect(await curves.bestAt(100, ['mozjpeg'])).toBeUndefined()
    expect((await curves.bestAt(100, OLD))?.rival).toBe('png')
    expect(await curves.bestExact(['mozjpeg'])).toBeUndefined()
  })
})
