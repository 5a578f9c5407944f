import { describe, expect, it } from 'vitest'
import {
  cellsToRgb,
  paddedPlanes,
  quantizeHyperLatents,
  sourceCells,
  storeLatents,
} from '../../../../src/codec/compass/encoder/encoder-tensors.ts'
import { photo } from '../../../pictures.ts'

describe('storeLatents', () => {
  it('copies a tile out of planes, multiplies it by the gains, and writes only its columns', () => {
    // Two channels of 3 rows and 4 columns. Rows 1 and 2 of columns 1 and 2 become columns 3 and 4 of 6.
    const data = Float32Array.from({ length: 24 }, (_, i) => i)
    const out = new Float32Array(2 * 2 * 6).fill(-1)
    const strip = { rows: 2, columns: 6, left: 3, right: 5 }
    storeLatents({ data, columns: 4, top: 1, left: 1 }, Float64Array.of(1, 10), out, strip)
    const pairs = (row: number) => [...out.subarray(12 * row, 12 * (row + 1))]
    const around = [-1, -1, -1, -1, -1, -1]
    expect(pairs(0)).toEqual([...around, 5, 170, 6, 180, -1, -1])
    expect(pairs(1)).toEqual([...around, 9, 210, 10, 220, -1, -1])
  })
})

describe('paddedPlanes', () => {
  it('pads by replication', () => {
    const latents = Float32Array.of(1, 2, 3, 4)
    expect([...paddedPlanes(latents, 2, 1, 2, 2, 3)]).toEqual([1, 3, 3, 1, 3, 3, 2, 4, 4, 2, 4, 4])
  })
})

describe('quantizeHyperLatents', () => {
  it('rounds latents minus offsets half up, within the range that decoders accept', () => {
    const planes = Float32Array.of(1.5, -1.5, 300, 0, -999, 7.4)
    expect([...quantizeHyperLatents(planes, 2, Float64Array.of(0, 0.5), 3)]).toEqual([2, 0, -1, -255, 255, 7])
  })

  it('skips planes that are not coded', () => {
    expect([...quantizeHyperLatents(Float32Array.of(1, 2, 3, 4), 1, new Float64Array(2), 2)]).toEqual([1, 2])
  })
})

describe('cellsToRgb', () => {
  it('inverts sourceCells, with samples clamped and rounded to 8 bits', () => {
    const image = photo(10, 6)
    const cells = sourceCells(image, { top: 0, left: 0, rows: 6, columns: 10 })
    expect(cellsToRgb(cells, 6, 10)).toEqual(Uint8Array.from(image.data))
    const samples = Int16Array.of(-64, 31, 33, 64 * 300, 0, 0, 0, 0, 0, 0, 0, 0)
    expect([...cellsToRgb(samples, 2, 2)].slice(0, 4)).toEqual([0, 0, 1, 255])
  })
})
