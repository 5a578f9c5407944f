import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { hasAlpha, isLossless, NO_MODEL_SET } from '../../src/format/coding.ts'
import { readPictureLayer } from '../../src/format/layers.ts'
import { readHeader } from '../../src/format/reader.ts'
import { type StrataFile, writeStrata } from '../../src/format/writer.ts'
import { sampleFile, sampleParts, samplePictures } from './files.ts'

/** What each was made of: files of COMPASS layers, and of pictures. */
const GOLDENS = [
  ['container-v2.strata', sampleFile],
  ['container-pictures-v2.strata', samplePictures],
] as const

const parts = sampleParts(427, 300, [
  { width: 213, quality: 60 },
  { width: 427, quality: 60 },
])
const layer = parts.layers[1]!

describe('writeStrata', () => {
  it.each(GOLDENS)('writes version 2 byte for byte as %s (UPDATE_GOLDEN=1 writes it anew)', (name, make) => {
    const golden = new URL(`../golden/${name}`, import.meta.url)
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, make())
    expect(existsSync(golden)).toBe(true)
    expect(hex(make())).toBe(hex(readFileSync(golden)))
  })

  it('has pictures that are read back from the golden file', () => {
    const golden = new Uint8Array(
      readFileSync(new URL('../golden/container-pictures-v2.strata', import.meta.url)),
    )
    const header = readHeader(golden)
    expect(header).toMatchObject({ modelSet: NO_MODEL_SET, flags: 5, headerLength: 56 + 4 * 20 + 32 })
    expect(header.layers.map((layer) => [layer.coding, hasAlpha(layer), isLossless(layer)])).toEqual([
      ['webp', false, false],
      ['avif', true, false],
      ['webp-animated', true, false],
      ['png', true, true],
    ])
    expect(header.layers.map((layer) => readPictureLayer(golden, layer).length)).toEqual([30, 1, 50, 90])
  })

  it('copies its input and does not change it', () => {
    const before = structuredClone(parts)
    const written = writeStrata(parts)
    written.fill(0)
    expect(parts).toEqual(before)
  })

  it('accepts empty strips, no placeholder and no flags', () => {
    const empty = new Uint8Array(0)
    const { layers, source, modelSet } = parts
    const bare = layers.map(({ flags, ...rest }) => ({ ...rest, strips: rest.strips.map(() => empty) }))
    const header = readHeader(writeStrata({ source, modelSet, layers: bare }))
    expect(header).toMatchObject({ flags: 0, headerLength: 56 + 32, totalLength: 56 + 32 + 16 + 24 })
    expect(header.placeholder).toHaveLength(0)
  })

  it.each<[string, Partial<StrataFile>, string]>([
    ['no layers', { layers: [] }, 'layer count'],
    ['17 layers', { layers: Array(17).fill(layer) }, 'layer count'],
    [
      '300 layers',
      { layers: Array(300).fill(layer) },
      'layer count: expected an integer from 0 to 255, got 300',
    ],
    ['one strip too few', { layers: [{ ...layer, strips: [] }] }, 'layer 0: expected 2 strips, got 0'],
    ['a quality of 60.5', { layers: [{ ...layer, quality: 60.5 }] }, 'quality: expected an integer'],
    ['a quality of NaN', { layers: [{ ...layer, quality: Number.NaN }] }, 'quality: expected an integer'],
    [
      'a width of 65536',
      { layers: [{ ...layer, width: 65536 }] },
      'width: expected an integer from 0 to 65535',
    ],
    ['a wrong height', { layers: [{ ...layer, height: 299 }] }, 'layer 0: height: expected 300, got 299'],
    ['two equal layers', { layers: [layer, layer] }, 'layer 1: quality: expected above 60'],
    ['flags of 17 bits', { flags: 65536 }, 'flags: expected an integer from 0 to 65535'],
    ['a short hash', { source: { ...parts.source, sha256: '00' } }, 'source sha256: expected 32'],
    [
      'a hash that is not hexadecimal',
      { source: { ...parts.source, sha256: 'x'.repeat(32) } },
      'source sha256',
    ],
    ['a short model set', { modelSet: '00' }, 'model set: expected 16'],
    ['a placeholder of 64 KiB', { placeholder: new Uint8Array(65536) }, 'placeholder length'],
    [
      'a header above 64 KiB',
      { placeholder: new Uint8Array(65535) },
      'header length: expected at most 65536',
    ],
  ])('refuses %s', (_name, change, reason) => {
    expect(() => writeStrata({ ...parts, ...change })).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID', message: expect.stringContaining(reason) }),
    )
  })
})
