import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { sniffFormat } from '../../src/format/sniff.ts'
import { readPicture } from '../../src/node/ingest/ingest.ts'
import { createJudge } from '../../src/pixels/judge.ts'
import { withCorners } from '../node/render/pictures.ts'
import { photo } from '../pictures.ts'

/** What every maker of pictures is given: like a photograph, each corner of another colour. */
export const ORIGINAL = withCorners(photo(400, 267))

/** Makes the picture of `ORIGINAL` that the query of an image URL asks for. */
export type MakePicture = (query: string) => Promise<Uint8Array>

interface Expected {
  readonly query: string
  /** Width and height of the picture. */
  readonly size: readonly [number, number]
  /** Left, top, width and height of what is shown of the original. @default all of it */
  readonly part?: readonly [number, number, number, number]
  /** Rows of green above and below. @default none */
  readonly bars?: number
}

const CASES: readonly Expected[] = [
  { query: 'w=400', size: [400, 267] },
  { query: 'w=200', size: [200, 134] },
  { query: 'w=321', size: [321, 214] },
  { query: 'w=160&dpr=2', size: [320, 214] },
  { query: 'w=900', size: [400, 267] },
  { query: 'w=150&h=150', size: [150, 100] },
  { query: 'w=150&h=150&bg=00ff00', size: [150, 150], bars: 25 },
  { query: 'w=150&h=150&fit=cover', size: [150, 150], part: [66, 0, 267, 267] },
  { query: 'w=150&h=150&fit=cover&focus=0,0', size: [150, 150], part: [0, 0, 267, 267] },
  { query: 'w=150&h=150&fit=cover&focus=1,0', size: [150, 150], part: [133, 0, 267, 267] },
  { query: 'w=300&h=100&fit=cover&focus=0.5,1', size: [300, 100], part: [0, 134, 400, 133] },
]

/** dB. Another part, or another place of it, gives 12 to 17. */
const LEAST_PSNR = 22

/** Tests that a maker gives the size, part, frame and format that an image URL asks for. */
export function pictureConformance(name: string, prepare: () => Promise<MakePicture>): void {
  describe(`${name} as a maker of pictures`, () => {
    let make: MakePicture
    beforeAll(async () => {
      make = await prepare()
    })

    it.each(CASES)('$query', async (expected) => {
      const picture = await readPicture(await make(`${expected.query}&f=webp&q=90`))
      expect([picture.width, picture.height]).toEqual(expected.size)
      const reference = await referenceOf(expected)
      expect(createJudge(reference).score(picture, 'psnr')).toBeGreaterThan(LEAST_PSNR)
    })

    it.each(['avif', 'webp', 'jpeg', 'png'])('f=%s', async (format) => {
      const file = await make(`w=200&f=${format}`)
      expect(sniffFormat(file)).toBe(format)
      const { width, height } = await sharp(file).metadata()
      expect([width, height]).toEqual([200, 134])
      const picture = await readPicture(file)
      const reference = await referenceOf({ query: '', size: [200, 134] })
      expect(createJudge(reference).score(picture, 'psnr')).toBeGreaterThan(LEAST_PSNR)
    })

    it('gives fewer bytes at a lower quality', async () => {
      for (const format of ['avif', 'webp', 'jpeg']) {
        const sizes = await Promise.all([30, 60, 90].map((q) => make(`w=320&f=${format}&q=${q}`)))
        const lengths = sizes.map(({ length }) => length)
        expect(lengths, format).toEqual(lengths.toSorted((a, b) => a - b))
      }
    })
  })
}

/**
 * Tests that two makers give the same look for the same query: one against the other, by SSIMULACRA2. Both lose something
 * at their default quality, so a picture that each keeps at 76 to 80 cannot come much above 75 here.
 */
export function sameLook(
  name: string,
  makers: Readonly<Record<string, () => Promise<MakePicture>>>,
  leastScore: number,
): void {
  describe(name, () => {
    it.each(
      ['w=400', 'w=320', 'w=300&h=300&fit=cover&focus=0.2,0.5'].flatMap((query) =>
        ['avif', 'webp', 'jpeg'].map((format) => `${query}&f=${format}`),
      ),
    )('give the same look for %s', async (query) => {
      const made = Object.values(makers).map(async (prepare) => readPicture(await (await prepare())(query)))
      const [one, other] = await Promise.all(made)
      expect(createJudge(one!).score(other!, 'ssimulacra2')).toBeGreaterThan(leastScore)
    })
  })
}

/** By sharp alone: the part, scaled by Lanczos3, between green bars. */
async function referenceOf({ size: [width, height], part, bars = 0 }: Expected): Promise<RgbImage> {
  const [left, top, partWidth, partHeight] = part ?? [0, 0, ORIGINAL.width, ORIGINAL.height]
  const { data } = await sharp(ORIGINAL.data, {
    raw: { width: ORIGINAL.width, height: ORIGINAL.height, channels: 3 },
  })
    .extract({ left, top, width: partWidth, height: partHeight })
    .resize(width, height - 2 * bars, { fit: 'fill' })
    .extend({ top: bars, bottom: bars, background: '#00ff00' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width, height, data: new Uint8Array(data) }
}
