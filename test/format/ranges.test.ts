import { describe, expect, it } from 'vitest'
import { concat } from '../../src/core/bytes.ts'
import { truncateToLayer, upgradeRange } from '../../src/format/ranges.ts'
import { readHeader, wholeLayers } from '../../src/format/reader.ts'
import { sampleFile } from './files.ts'

const file = sampleFile()
const header = readHeader(file)

describe('truncateToLayer', () => {
  it.each([0, 1, 2])('returns for layer %i a valid file, the prefix that ends with this layer', (layer) => {
    const cut = truncateToLayer(file, layer)
    expect(cut).toEqual(file.slice(0, header.layers[layer]!.end))
    expect(cut.buffer).toBe(file.buffer)
    expect(wholeLayers(readHeader(cut), cut.length)).toBe(layer + 1)
    expect(truncateToLayer(cut, 0)).toEqual(truncateToLayer(file, 0))
  })

  it.each([-1, 3, 0.5, Number.NaN])('refuses layer %d', (layer) => {
    expect(() => truncateToLayer(file, layer)).toThrow(
      expect.objectContaining({
        code: 'PARAM_INVALID',
        message: `layer: expected an integer from 0 to 2, got ${layer}`,
      }),
    )
  })

  it('throws FORMAT_TRUNCATED when the file ends before the layer does', () => {
    expect(() => truncateToLayer(truncateToLayer(file, 0), 1)).toThrow(
      expect.objectContaining({ code: 'FORMAT_TRUNCATED' }),
    )
  })
})

describe('upgradeRange', () => {
  it.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ])('from layer %i to %i covers exactly the missing bytes', (from, to) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(upgradeRange(header, from, to)) ?? []
    const fetched = file.subarray(Number(first), Number(last) + 1)
    expect(concat([truncateToLayer(file, from), fetched])).toEqual(truncateToLayer(file, to))
  })

  it.each([
    [1, 1],
    [2, 0],
    [0, 3],
    [-1, 1],
  ])('refuses from %i to %i', (from, to) => {
    expect(() => upgradeRange(header, from, to)).toThrow(expect.objectContaining({ code: 'PARAM_INVALID' }))
  })
})
