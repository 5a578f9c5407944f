import { beforeAll, describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { MAX_ENCODED_PIXELS } from '../../src/core/limits/table.ts'
import type { PictureEncoder } from '../../src/edge/transcoder/encoders/encoder.ts'
import { photo, text } from '../pictures.ts'
import { sizeOf } from './picture-size.ts'

/** What one encoder may be asked for in this suite. */
export interface EncoderUnderTest {
  /** A new encoder. */
  make(): PictureEncoder
  /** Pixels of a file, where the runtime of the test can decode it. */
  decode?(file: Uint8Array): Promise<RgbImage>
  /** Least PSNR in dB of the photograph at quality 75. */
  readonly fidelity: number
  /** Lossless formats have no quality. */
  readonly lossless?: boolean
}

const SIZES = [
  [1, 1],
  [1, 40],
  [40, 1],
  [2, 3],
  [37, 21],
  [64, 64],
  [129, 65],
] as const

/** What every PictureEncoder owes. */
export function encoderConformance(name: string, subject: EncoderUnderTest): void {
  describe(`${name} as a PictureEncoder`, () => {
    let encoder: PictureEncoder
    beforeAll(() => {
      encoder = subject.make()
    })

    const encode = (image: RgbImage, quality = 75, rows = image.height) =>
      encoder.encode(rowsOf(image, rows), { width: image.width, height: image.height, quality })

    it.each(SIZES)('writes a picture of %i x %i in exactly that size', async (width, height) => {
      const file = await encode(photo(width, height))
      expect(sizeOf(encoder.format, file)).toEqual({ width, height })
      if (!subject.decode) return
      const decoded = await subject.decode(file)
      expect([decoded.width, decoded.height]).toEqual([width, height])
    })

    it('writes the same bytes however the rows come', async () => {
      const image = photo(50, 43)
      const whole = await encode(image)
      for (const rows of [1, 7, 16]) expect(await encode(image, 75, rows)).toEqual(whole)
    })

    it('does not change the rows, and reads chunks that lie within larger buffers', async () => {
      const image = photo(33, 20)
      const whole = await encode(image)
      const buffer = new Uint8Array(image.data.length + 7)
      buffer.set(image.data, 5)
      const data = buffer.subarray(5, 5 + image.data.length)
      expect(await encode({ ...image, data }, 75, 8)).toEqual(whole)
      expect(data).toEqual(photo(33, 20).data)
    })

    it('reads each chunk before it asks for the next one', async () => {
      const image = photo(33, 20)
      const shared = new Uint8Array(3 * 33 * 4)
      async function* reused() {
        for (let y = 0; y < 20; y += 4) {
          shared.set(image.data.subarray(3 * 33 * y, 3 * 33 * (y + 4)))
          yield shared
          shared.fill(0)
        }
      }
      const file = await encoder.encode(reused(), { width: 33, height: 20, quality: 75 })
      expect(file).toEqual(await encode(image))
    })

    it('returns a file in a buffer of its own', async () => {
      const file = await encode(photo(20, 20))
      expect(file.byteLength).toBe(file.buffer.byteLength)
    })

    it('takes every quality', async () => {
      const image = photo(48, 32)
      const sizes: number[] = []
      for (const quality of [1, 10, 30, 50, 75, 90, 100]) sizes.push((await encode(image, quality)).length)
      const ordered = sizes.toSorted((a, b) => a - b)
      expect(sizes).toEqual(ordered)
      if (!subject.lossless) expect(sizes.at(-1)).toBeGreaterThan(2 * sizes[0]!)
    })

    it.skipIf(!subject.decode)('keeps what the picture looks like', async () => {
      for (const image of [photo(160, 120), text(160, 120)]) {
        const { psnr } = await import('../pictures.ts')
        const decoded = await subject.decode!(await encode(image))
        expect(psnr(decoded, image)).toBeGreaterThan(subject.fidelity)
      }
    })

    it.skipIf(!subject.decode || subject.lossless)('looks better at a higher quality', async () => {
      const { ssimulacra2 } = await import('../../src/pixels/ssimulacra2.ts')
      const image = photo(160, 120)
      const scores: number[] = []
      for (const quality of [20, 50, 80, 100]) {
        scores.push(ssimulacra2(image, await subject.decode!(await encode(image, quality))))
      }
      expect(scores).toEqual(scores.toSorted((a, b) => a - b))
      expect(scores.at(-1)).toBeGreaterThan(scores[0]! + 20)
    })

    it('refuses a picture that is too large before it asks for a row', async () => {
      const side = Math.ceil(Math.sqrt(MAX_ENCODED_PIXELS[encoder.format])) + 1
      let asked = 0
      async function* rows() {
        asked++
        yield new Uint8Array(3 * side)
      }
      const encoding = encoder.encode(rows(), { width: side, height: side, quality: 75 })
      await expect(encoding).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
      expect(asked).toBe(0)
    })

    it('passes on errors of the rows, and encodes the next picture', async () => {
      const failure = new Error('the decoder met a bad strip')
      async function* failing() {
        yield photo(30, 10).data
        throw failure
      }
      const target = { width: 30, height: 20, quality: 75 }
      await expect(encoder.encode(failing(), target)).rejects.toBe(failure)
      await expect(encode(photo(30, 20))).resolves.toEqual(
        await subject.make().encode(rowsOf(photo(30, 20), 20), target),
      )
    })

    it.each([
      ['too few rows', 19],
      ['too many rows', 21],
    ])('refuses %s', async (_, height) => {
      const encoding = encoder.encode(rowsOf(photo(30, height), 5), { width: 30, height: 20, quality: 75 })
      await expect(encoding).rejects.toMatchObject({ code: 'INTERNAL' })
    })

    it('refuses part of a row', async () => {
      async function* rows() {
        yield new Uint8Array(3 * 30 * 2 - 1)
      }
      const encoding = encoder.encode(rows(), { width: 30, height: 20, quality: 75 })
      await expect(encoding).rejects.toMatchObject({ code: 'INTERNAL' })
    })

    it('stops when it is cancelled, before and between rows', async () => {
      const target = { width: 30, height: 20, quality: 75 }
      const early = encoder.encode(rowsOf(photo(30, 20), 5), { ...target, signal: AbortSignal.abort() })
      await expect(early).rejects.toMatchObject({ code: 'ABORTED' })
      const controller = new AbortController()
      let asked = 0
      async function* rows() {
        for await (const chunk of rowsOf(photo(30, 20), 5)) {
          if (++asked === 2) controller.abort()
          yield chunk
        }
      }
      const late = encoder.encode(rows(), { ...target, signal: controller.signal })
      await expect(late).rejects.toMatchObject({ code: 'ABORTED' })
      expect(asked).toBe(2)
    })

    it('encodes pictures that come at the same time', async () => {
      const images = [photo(40, 30, 1), text(35, 20), photo(20, 50, 2)]
      const alone: Uint8Array[] = []
      for (const image of images) alone.push(await encode(image))
      expect(await Promise.all(images.map((image) => encode(image, 75, 3)))).toEqual(alone)
    })
  })
}

/** What every encoder owes whose library is a module that may fail to load. */
export function loadedEncoderConformance(
  name: string,
  make: (load: () => Promise<WebAssembly.Module>) => PictureEncoder,
  module: () => Promise<WebAssembly.Module>,
): void {
  describe(`${name} with a library that is loaded`, () => {
    const image = photo(24, 16)
    const target = { width: 24, height: 16, quality: 75 }

    it('loads it for the first picture, and once', async () => {
      let loads = 0
      const encoder = make(async () => {
        loads++
        return await module()
      })
      expect(loads).toBe(0)
      await Promise.all([1, 2].map(() => encoder.encode(rowsOf(image, 16), target)))
      await encoder.encode(rowsOf(image, 16), target)
      expect(loads).toBe(1)
    })

    it('reads no row when the library does not load, and tries again for the next picture', async () => {
      let loads = 0
      let asked = 0
      const encoder = make(async () => {
        if (++loads === 1) throw new Error('no module')
        return await module()
      })
      async function* rows() {
        asked++
        yield image.data
      }
      await expect(encoder.encode(rows(), target)).rejects.toMatchObject({ code: 'TRANSCODE_FAILED' })
      expect([loads, asked]).toEqual([1, 0])
      await expect(encoder.encode(rows(), target)).resolves.toBeInstanceOf(Uint8Array)
      expect([loads, asked]).toEqual([2, 1])
    })
  })
}

/** The picture as chunks of so many rows; the last one may have fewer. */
export async function* rowsOf({ width, height, data }: RgbImage, rows: number): AsyncGenerator<Uint8Array> {
  for (let y = 0; y < height; y += rows)
    yield data.subarray(3 * width * y, 3 * width * Math.min(height, y + rows))
}
