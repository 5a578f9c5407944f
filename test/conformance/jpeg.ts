import { beforeAll, describe, expect, it } from 'vitest'
import { jpegKernel } from '../../src/pixels/jpeg/forward.ts'
import { jpegLayout } from '../../src/pixels/jpeg/layout.ts'
import { tablesForQuality } from '../../src/pixels/jpeg/tables.ts'
import type { JpegKernel, JpegTables } from '../../src/pixels/jpeg/types.ts'
import { encodeJpeg } from '../../src/pixels/jpeg/writer.ts'
import { checker, generator, noise, photo, text } from '../pictures.ts'

/** As toEqual, which takes long for so many numbers. */
function expectSame(a: Int16Array | Uint32Array, b: Int16Array | Uint32Array): void {
  expect(a.length).toBe(b.length)
  expect(a.findIndex((value, i) => value !== b[i])).toBe(-1)
}

/** Tests that a JpegKernel computes the integers of the TypeScript reference for all sizes. */
export function jpegConformance(name: string, make: () => JpegKernel | Promise<JpegKernel>): void {
  describe(`${name} as a JpegKernel`, () => {
    let kernel: JpegKernel
    beforeAll(async () => {
      kernel = await make()
    })

    it('writes the bits of the reference, with stuffed bytes and in pieces of any length', () => {
      const random = generator(7)
      for (const ones of [0.1, 0.5, 0.98]) {
        const codes = new Uint16Array(1024)
        const lengths = new Uint8Array(1024)
        for (let i = 0; i < 1024; i++) {
          lengths[i] = 1 + Math.floor(random() * 16)
          codes[i] = random() < ones ? 2 ** lengths[i]! - 1 : Math.floor(random() * 2 ** lengths[i]!)
        }
        const [a, b] = [kernel.bitWriter(), jpegKernel.bitWriter()]
        for (const count of [0, 1, 2, 100, 40_000, 3]) {
          const tokens = Uint32Array.from({ length: count }, () => {
            const symbol = Math.floor(random() * 1024)
            const amplitude = 2 ** (symbol & 15) - 1
            return (symbol << 16) | (random() < ones ? amplitude : Math.floor(random() * (amplitude + 1)))
          })
          a.tokens(tokens, { codes, lengths })
          b.tokens(tokens, { codes, lengths })
          if (count > 1) expect(Buffer.compare(a.take(), b.take())).toBe(0)
        }
        a.flush()
        b.flush()
        expect(a.take()).toEqual(b.take())
      }
    })

    describe.each(['420', '444'] as const)('%s', (subsampling) => {
      it.each([1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 40, 63, 64, 65, 127, 350])(
        'computes the coefficients and tokens of the reference at width %i',
        (width) => {
          for (const paint of [photo, text, noise, checker]) {
            for (const rows of [16, 1, 7, 8]) {
              const layout = jpegLayout(width, 40, subsampling)
              const tables = tablesForQuality(90)
              const [one, two] = [kernel.forward(layout, tables), jpegKernel.forward(layout, tables)]
              for (const seed of [1, 2]) {
                const used = Math.min(rows, layout.mcuSize)
                const { data } = paint(width, used, seed)
                const [a, b] = [one.transform(data, used), two.transform(data, used)]
                expectSame(a, b)
                expectSame(one.tokenize(a), two.tokenize(b))
              }
            }
          }
        },
      )

      it('computes the coefficients of the reference for extreme samples and steps of 1 and 255', () => {
        const extremes: JpegTables = [new Uint16Array(64).fill(1), new Uint16Array(64).fill(255)]
        const random = generator(3)
        for (const tables of [extremes, [extremes[1], extremes[0]] as const]) {
          const layout = jpegLayout(64, 16, subsampling)
          const [one, two] = [kernel.forward(layout, tables), jpegKernel.forward(layout, tables)]
          for (let i = 0; i < 30; i++) {
            const data = Uint8Array.from({ length: 3 * 64 * layout.mcuSize }, () =>
              random() < 0.5 ? 0 : 255,
            )
            const [a, b] = [one.transform(data, layout.mcuSize), two.transform(data, layout.mcuSize)]
            expectSame(a, b)
            expectSame(one.tokenize(a), two.tokenize(b))
          }
        }
      })

      it('tokenizes any coefficients as the reference does', () => {
        const layout = jpegLayout(48, 16, subsampling)
        const tables = tablesForQuality(50)
        const [one, two] = [kernel.forward(layout, tables), jpegKernel.forward(layout, tables)]
        const random = generator(5)
        for (const density of [0, 0.02, 0.3, 1]) {
          const length = layout.mcusAcross * layout.blocksPerMcu * 64
          const value = (): number =>
            random() < density ? Math.round((random() - 0.5) * 2046 * random()) : 0
          const coefficients = Int16Array.from({ length }, value)
          expect(one.tokenize(coefficients)).toEqual(two.tokenize(coefficients))
          const anything = coefficients.map(() => Math.floor((random() - 0.5) * 65536))
          expect(one.tokenize(anything)).toEqual(two.tokenize(anything))
        }
      })

      it('writes the same JPEG files as the reference', () => {
        for (const [width, height] of [
          [1, 1],
          [37, 21],
          [200, 150],
        ] as const) {
          const image = photo(width, height)
          const options = { quality: 75, subsampling }
          expect(encodeJpeg(image, { ...options, kernel })).toEqual(encodeJpeg(image, options))
        }
      })

      it('serves two pictures in turns', () => {
        const layout = jpegLayout(40, 16, subsampling)
        const tables = tablesForQuality(75)
        const images = [photo(40, 16, 1), noise(40, 16, 2)]
        const alone = images.map(({ data }) => {
          const forward = kernel.forward(layout, tables)
          return [1, 2].map(() => forward.tokenize(forward.transform(data, layout.mcuSize)).slice())
        })
        const both = images.map(() => kernel.forward(layout, tables))
        for (const round of [0, 1]) {
          images.forEach(({ data }, i) => {
            const forward = both[i]!
            expect(forward.tokenize(forward.transform(data, layout.mcuSize)).slice()).toEqual(
              alone[i]![round],
            )
          })
        }
      })
    })
  })
}
