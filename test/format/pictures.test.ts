import { describe, expect, it } from 'vitest'
import { StrataError } from '../../src/core/errors.ts'
import {
  hasAlpha,
  holdsPictures,
  isLossless,
  NO_MODEL_SET,
  pictureFormatOf,
} from '../../src/format/coding.ts'
import { describeHeader } from '../../src/format/describe.ts'
import { readPictureLayer, readStrips } from '../../src/format/layers.ts'
import { HEADER, LAYER, MODEL_SET_OFFSET, writeField } from '../../src/format/layout.ts'
import { truncateToLayer } from '../../src/format/ranges.ts'
import { headerLength, readHeader } from '../../src/format/reader.ts'
import type { PicturePayload } from '../../src/format/types.ts'
import { writePictures } from '../../src/format/writer.ts'
import { generator } from '../pictures.ts'
import { forge, sampleFile } from './files.ts'

const random = generator(7)
const bytes = (length: number) => Uint8Array.from({ length }, () => 256 * random())
const source = { width: 40, height: 30, sha256: '00112233445566778899aabbccddeeff' }
const layers: PicturePayload[] = [
  { width: 20, height: 15, quality: 75, score: 78, coding: 'webp', picture: bytes(30) },
  { width: 30, height: 23, quality: 75, flags: 1, coding: 'avif', picture: bytes(1) },
  { width: 40, height: 30, quality: 100, flags: 3, coding: 'png', picture: bytes(90) },
]
const file = writePictures({ source, layers, placeholder: bytes(48) })

function record(layer: number): number {
  return 56 + 16 * layer
}

function invalid(change: (copy: Uint8Array) => void): string {
  try {
    readHeader(forge(file, change))
  } catch (error) {
    if (error instanceof StrataError) return `${error.code} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('a file whose layers are pictures', () => {
  it('gives every picture back, as it was written', () => {
    const header = readHeader(file)
    expect(header.modelSet).toBe(NO_MODEL_SET)
    expect(holdsPictures(header)).toBe(true)
    for (const [i, layer] of header.layers.entries()) {
      expect(readPictureLayer(file, layer)).toEqual(layers[i]!.picture)
      expect(file.subarray(layer.start, layer.end)).toEqual(layers[i]!.picture)
    }
    expect(header.placeholder).toHaveLength(48)
    expect(headerLength(file.subarray(0, 56))).toBe(header.headerLength)
  })

  it('describes every layer with its coding, alpha and whether it is lossless', () => {
    const { layers: described, modelSet } = describeHeader(readHeader(file))
    expect(modelSet).toBe(NO_MODEL_SET)
    expect(described).toMatchObject([
      { coding: 'webp', score: 78 },
      { coding: 'avif', alpha: true },
      { coding: 'png', alpha: true, lossless: true },
    ])
    expect(described[0]).not.toHaveProperty('alpha')
    expect(readHeader(file).layers.map(hasAlpha)).toEqual([false, true, true])
    expect(readHeader(file).layers.map(isLossless)).toEqual([false, false, true])
  })

  it('is a file again when it is cut after any layer', () => {
    for (const layer of readHeader(file).layers) {
      const cut = truncateToLayer(file, layer.index)
      expect(readPictureLayer(cut, readHeader(cut).layers[layer.index]!)).toEqual(
        layers[layer.index]!.picture,
      )
    }
  })

  it('refuses a picture that is damaged, cut off or not a picture', () => {
    const [first, second] = readHeader(file).layers
    const damaged = file.slice()
    damaged[first!.start + 5]! ^= 1
    expect(() => readPictureLayer(damaged, first!)).toThrow(
      expect.objectContaining({ code: 'FORMAT_CHECKSUM' }),
    )
    expect(readPictureLayer(damaged, second!)).toEqual(layers[1]!.picture)
    const cut = file.subarray(0, second!.end - 1)
    expect(() => readPictureLayer(cut, second!)).toThrow(
      expect.objectContaining({ code: 'FORMAT_TRUNCATED' }),
    )
    const compass = sampleFile()
    expect(() => readPictureLayer(compass, readHeader(compass).layers[0]!)).toThrow(
      expect.objectContaining({ code: 'CODING_UNKNOWN' }),
    )
    expect(() => readStrips(file, first!)).toThrow(StrataError)
  })

  it.each<[string, (copy: Uint8Array) => void, string]>([
    [
      'a COMPASS layer',
      (copy) => writeField(copy, LAYER.coding, 0, record(1)),
      'FORMAT_INVALID layer 1: coding',
    ],
    ['an unknown coding', (copy) => writeField(copy, LAYER.coding, 5, record(2)), 'CODING_UNKNOWN layer 2'],
    ['unknown flags', (copy) => writeField(copy, LAYER.flags, 4, record(0)), 'FORMAT_INVALID layer 0: flags'],
    [
      'a lossless layer of quality 75',
      (copy) => writeField(copy, LAYER.quality, 75, record(2)),
      'layer 2: quality',
    ],
    [
      'an empty layer',
      (copy) => writeField(copy, LAYER.end, record(3) + 60, record(0)),
      'FORMAT_INVALID layer 0: end',
    ],
    [
      'a model set',
      (copy) => copy.fill(1, MODEL_SET_OFFSET, MODEL_SET_OFFSET + 8),
      'FORMAT_INVALID header length',
    ],
    [
      'a placeholder four bytes longer',
      (copy) => writeField(copy, HEADER.placeholderLength, 52),
      'header length',
    ],
  ])('refuses %s', (_, change, message) => {
    expect(invalid(change)).toContain(message)
  })

  it('refuses a COMPASS file without a model set', () => {
    const unnamed = forge(sampleFile(), (copy) => copy.fill(0, MODEL_SET_OFFSET, MODEL_SET_OFFSET + 8))
    expect(() => readHeader(unnamed)).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }))
  })
})

describe('pictureFormatOf', () => {
  it('names the format that a client must take', () => {
    expect((['compass', 'webp', 'avif', 'png', 'webp-animated'] as const).map(pictureFormatOf)).toEqual([
      undefined,
      'webp',
      'avif',
      'png',
      'webp',
    ])
  })
})
