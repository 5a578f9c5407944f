import { describe, expect, it } from 'vitest'
import { decodeLayer } from '../../../src/codec/compass/decoder/decode.ts'
import { filterTokens, TAPS } from '../../../src/codec/compass/kernels/liff.ts'
import { makeAxis } from '../../../src/codec/compass/shared/axis.ts'
import { exactExp, exactLog2, generateFilters } from '../../../src/codec/compass/shared/filters.ts'
import { loadDecoderTable } from '../../../src/codec/compass/shared/tables.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { photo, psnr } from '../../pictures.ts'
import { encode, runtime } from './harness.ts'

/** The claims of the COMPASS paper, tested on files and on the parts of the codec behind each claim. */
describe('COMPASS', () => {
  const picture = photo(342, 228, 17)

  it.each([
    [
      '1, a pure quality layer',
      [
        { width: 342, quality: 25 },
        { width: 342, quality: 75 },
      ],
    ],
    [
      '1.5',
      [
        { width: 228, quality: 60 },
        { width: 342, quality: 60 },
      ],
    ],
    [
      '4/3',
      [
        { width: 256, quality: 60 },
        { width: 342, quality: 60 },
      ],
    ],
    [
      '342/256, as 1366/1024',
      [
        { width: 256, quality: 60 },
        { width: 341, quality: 60 },
      ],
    ],
    [
      '4',
      [
        { width: 85, quality: 60 },
        { width: 340, quality: 60 },
      ],
    ],
    [
      '2.0047',
      [
        { width: 170, quality: 60 },
        { width: 341, quality: 60 },
      ],
    ],
  ])(
    'codes a layer of %s times the width below closer to the source than its prediction',
    async (_, ladder) => {
      const bytes = await encode(picture, ladder)
      const options = { runtime: await runtime('wasm') }
      const [below, top] = [
        await decodeLayer(bytes, { ...options, layer: 0 }),
        await decodeLayer(bytes, { ...options, layer: 1 }),
      ]
      const source = top.width === picture.width ? picture : resample(picture, top.width, top.height)
      const enlarged = below.width === top.width ? below : resample(below, top.width, top.height)
      expect(psnr(top, source)).toBeGreaterThan(psnr(enlarged, source) + 0.5)
    },
  )

  it('codes eight layers with one enhancement model, each closer to the source than the one below', async () => {
    const bytes = await encode(picture, [43, 57, 86, 114, 171, 228, 256, 342])
    const options = { runtime: await runtime('wasm') }
    const quality: number[] = []
    for (const { index } of readHeader(bytes).layers) {
      const layer = await decodeLayer(bytes, { ...options, layer: index })
      quality.push(psnr(resample(layer, picture.width, picture.height), picture))
    }
    expect(quality).toEqual(quality.toSorted((a, b) => a - b))
    expect(quality[7]).toBeGreaterThan((quality[0] ?? 0) + 3)
  })

  it('generates filters from the local grid and the scale token', async () => {
    const { filters } = await loadDecoderTable(await runtime('wasm'))
    const blob = await (await runtime('wasm')).blob('decoder')
    const bank = (from: number, to: number) => {
      const axis = makeAxis(from, to)
      const pairs = axis.offsets.length ** 2
      return { axis, filters: generateFilters(filters, blob, filterTokens(axis, axis), pairs) }
    }
    const double = bank(64, 128)
    expect(double.filters).toHaveLength(4 * 3 * TAPS)
    const first = double.filters.slice(0, 3 * TAPS)
    expect(double.filters.slice(3 * TAPS, 6 * TAPS)).not.toEqual(first) // another position between the samples
    // The middle phase of factor 3 and the phase of factor 1 lie on the sample; only the scale token differs.
    const [triple, same] = [bank(64, 192), bank(64, 64)]
    expect(triple.axis.offsets[1]).toBe(same.axis.offsets[0])
    expect(triple.filters.slice(4 * 3 * TAPS, 5 * 3 * TAPS)).not.toEqual(same.filters)
  })

  it.each([
    [1, 1],
    [7, 5],
    [9, 17],
    [33, 31],
    [255, 257],
  ])('pads %d x %d pixels to the strides of its networks and crops the result', async (width, height) => {
    const small = photo(width, height, 3)
    const widths = [Math.ceil(width / 2), width].filter((w, i, all) => w !== all[i + 1])
    const decoded = await decodeLayer(await encode(small, widths), { runtime: await runtime('wasm') })
    expect([decoded.width, decoded.height]).toEqual([width, height])
    expect(psnr(decoded, small)).toBeGreaterThan(16)
  })
})

describe('exactLog2 and exactExp', () => {
  it('agree with Math.log2 and Math.exp to twelve digits', () => {
    for (const x of [1, 2, 4, 1.5, 4 / 3, 1366 / 1024, 2.0047, 0.3, 65536, 1 / 65536]) {
      expect(exactLog2(x)).toBeCloseTo(Math.log2(x), 8)
    }
    for (const x of [0, 1, -1, 3.7, -6.2, 40, -40]) {
      expect(exactExp(x) / Math.exp(x)).toBeCloseTo(1, 12)
    }
  })
})
