import { beforeAll, describe, expect, it } from 'vitest'
import type { Rescaler } from '../../src/codec/rescaler.ts'
import type { Size } from '../../src/core/box.ts'
import type { RgbImage } from '../../src/core/image.ts'
import { resample } from '../../src/pixels/resample.ts'
import { noise, photo, psnr, text } from '../pictures.ts'
import { readBySharp } from '../pixels/jpeg/read.ts'

const SIZES: readonly (readonly [width: number, height: number])[] = [
  [1, 1],
  [7, 5],
  [16, 16],
  [33, 47],
  [2, 4000],
  [301, 3],
]

/** Least PSNR in dB: of a drawn picture's thumbnail against the ordinary one, and of restored pictures of a few pixels. */
interface Least {
  readonly thumbnail: number
  readonly tiny: number
  /** That the restored picture is above the upscaled thumbnail. */
  readonly gain: number
}

/** Tests that a Rescaler writes ordinary JPEG thumbnails and restores the larger picture from them. */
export function rescalerConformance(
  name: string,
  make: () => Rescaler | Promise<Rescaler>,
  least: Least = { thumbnail: 26, tiny: 14, gain: 0.5 },
): void {
  describe(`${name} as a Rescaler`, () => {
    let rescaler: Rescaler
    beforeAll(async () => {
      rescaler = await make()
    })
    const lowOf = ({ width, height }: Size): Size => ({
      width: Math.max(1, Math.round(width / rescaler.factor)),
      height: Math.max(1, Math.round(height / rescaler.factor)),
    })
    const embed = (image: RgbImage, quality = 75, rows = image.height) =>
      rescaler.embed(strips(image, rows), { high: image, low: lowOf(image), quality })

    it.each([photo, text])(
      'writes a file that ordinary decoders show as the ordinary thumbnail (%#)',
      async (paint) => {
        const picture = paint(320, 208)
        const low = lowOf(picture)
        const shown = await readBySharp(await embed(picture, 90))
        expect(shown).toMatchObject(low)
        expect(psnr(shown, resample(picture, low.width, low.height, 'bicubic'))).toBeGreaterThan(
          least.thumbnail,
        )
      },
    )

    it('restores more detail than the upscaled thumbnail shows', async () => {
      const picture = text(320, 208)
      const file = await embed(picture, 90)
      const { image, method, note } = await rescaler.restore(file)
      expect({ method, note }).toEqual({ method: rescaler.method, note: undefined })
      const upscaled = resample(await readBySharp(file), 320, 208, 'bicubic')
      expect(psnr(image, picture)).toBeGreaterThan(psnr(upscaled, picture) + least.gain)
    })

    it.each(SIZES)('embeds and restores a picture of %i x %i', async (width, height) => {
      const picture = photo(width, height)
      const file = await embed(picture)
      expect(await readBySharp(file)).toMatchObject(lowOf(picture))
      const restored = await rescaler.restore(file)
      expect(restored.method).toBe(rescaler.method)
      expect(restored.image).toMatchObject({ width, height })
      expect(psnr(restored.image, picture)).toBeGreaterThan(least.tiny)
    })

    it('resizes a picture whose size is no multiple of the thumbnail', async () => {
      const [picture, low] = [photo(200, 140), { width: 64, height: 45 }]
      const file = await rescaler.embed([picture], { high: picture, low, quality: 75 })
      const { image } = await rescaler.restore(file)
      const { factor } = rescaler
      expect(image).toMatchObject({ width: factor * low.width, height: factor * low.height })
    })

    it('writes the same bytes however the rows are cut into strips', async () => {
      const picture = photo(120, 90)
      const whole = await embed(picture)
      for (const rows of [1, 7, 16, 64]) expect(await embed(picture, 75, rows)).toEqual(whole)
    })

    it('writes more bytes and restores a better picture at a higher quality', async () => {
      const picture = photo(256, 192)
      const files = await Promise.all([20, 60, 95].map((quality) => embed(picture, quality)))
      const values = await Promise.all(
        files.map(async (file) => psnr((await rescaler.restore(file)).image, picture)),
      )
      for (const list of [files.map(({ length }) => length), values]) {
        expect(list).toEqual(list.toSorted((a, b) => a - b))
      }
    })

    it('upscales pictures without hidden detail plainly and says why', async () => {
      const { factor } = rescaler
      const { default: sharp } = await import('sharp')
      const { data, width, height } = photo(40, 30)
      for (const format of ['jpeg', 'png', 'webp'] as const) {
        const raw = { width, height, channels: 3 } as const
        const file = new Uint8Array(await sharp(data, { raw }).toFormat(format).toBuffer())
        const restored = await rescaler.restore(file)
        expect(restored).toMatchObject({ method: 'plain', factor, note: expect.stringMatching(/\w/) })
        expect(restored.image).toMatchObject({ width: factor * width, height: factor * height })
      }
    })

    it('refuses bytes that are no picture', async () => {
      const start = (await embed(photo(40, 30))).slice(0, 200)
      for (const [bytes, code] of [
        [new Uint8Array(), 'INPUT_EMPTY'],
        [new TextEncoder().encode('a text, nothing else'), 'INPUT_UNSUPPORTED'],
        [start, 'INPUT_CORRUPT'],
      ] as const) {
        await expect(rescaler.restore(bytes)).rejects.toMatchObject({ code })
      }
    })

    it('never restores garbage from a damaged file', async () => {
      const picture = photo(64, 48)
      const file = await embed(picture)
      const intact = psnr((await rescaler.restore(file)).image, picture)
      for (let i = 0; i < 60; i++) {
        const damaged = file.slice()
        const at = Math.floor((i / 60) * file.length)
        damaged[at] = damaged[at]! ^ (1 << (i % 8))
        const restored = await rescaler.restore(damaged).catch((error) => error.code as string)
        if (typeof restored === 'string') expect(restored).toMatch(/^INPUT_/)
        // Damage outside the coefficients, such as in a quantization table, cannot be detected here or by other decoders.
        else if (restored.method !== 'plain')
          expect(psnr(restored.image, picture)).toBeGreaterThan(intact - 10)
      }
    })

    it.each([0, 101, 1.5, Number.NaN])('refuses quality %d', async (quality) => {
      await expect(embed(noise(16, 16), quality)).rejects.toMatchObject({ code: 'PARAM_INVALID' })
    })

    it.each([-0.1, 1.1, Number.NaN])('refuses strength %d', async (strength) => {
      const picture = noise(16, 16)
      const options = { high: picture, low: { width: 8, height: 8 }, quality: 75, strength }
      await expect(rescaler.embed([picture], options)).rejects.toMatchObject({ code: 'PARAM_INVALID' })
    })

    it('refuses impossible sizes and missing rows', async () => {
      const picture = photo(16, 16)
      const low = { width: 8, height: 8 }
      const rows = [picture]
      const none = { high: picture, low: { width: 0, height: 8 }, quality: 75 }
      await expect(rescaler.embed(rows, none)).rejects.toMatchObject({ code: 'PARAM_INVALID' })
      const more = { high: { width: 16, height: 17 }, low, quality: 75 }
      await expect(rescaler.embed(rows, more)).rejects.toMatchObject({ code: 'INTERNAL' })
    })

    it('stops with ABORTED when its signal aborts', async () => {
      const signal = AbortSignal.abort()
      const picture = photo(16, 16)
      const options = { high: picture, low: { width: 8, height: 8 }, quality: 75, signal }
      await expect(rescaler.embed([picture], options)).rejects.toMatchObject({ code: 'ABORTED' })
      const file = await embed(picture)
      await expect(rescaler.restore(file, signal)).rejects.toMatchObject({ code: 'ABORTED' })
    })
  })
}

function* strips({ width, height, data }: RgbImage, rows: number): Generator<RgbImage> {
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows)
    yield { width, height: bottom - top, data: data.slice(3 * width * top, 3 * width * bottom) }
  }
}
