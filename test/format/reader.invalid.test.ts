import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../src/core/crc32c.ts'
import { StrataError } from '../../src/core/errors.ts'
import { readStrips } from '../../src/format/layers.ts'
import {
  FIXED_HEADER_BYTES,
  HEADER,
  LAYER,
  LAYER_BYTES,
  readField,
  STRIP_INDEX_HEAD_BYTES,
  stripIndexBytes,
  writeField,
} from '../../src/format/layout.ts'
import { headerLength, readHeader } from '../../src/format/reader.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { forge, sampleFile, sampleParts } from './files.ts'

const file = sampleFile()
const header = readHeader(file)

/** Offset of layer k's entry in the layer table. */
const record = (k: number) => FIXED_HEADER_BYTES + k * LAYER_BYTES

describe('readHeader of a damaged header', () => {
  it('detects every change of every byte', () => {
    const copy = file.slice()
    const missed: string[] = []
    for (let at = 0; at < header.headerLength; at++) {
      for (let flip = 1; flip < 256; flip++) {
        copy[at] = file[at]! ^ flip
        if (!refuses(() => readHeader(copy))) missed.push(`byte ${at} ^ ${flip}`)
      }
      copy[at] = file[at]!
    }
    expect(missed).toEqual([])
  })

  it('throws the code of the damaged part', () => {
    const damage = (at: number) => {
      const copy = file.slice()
      copy[at]! ^= 1
      return () => readHeader(copy)
    }
    expect(damage(0)).toThrow(expect.objectContaining({ code: 'FORMAT_MAGIC' }))
    expect(damage(7)).toThrow(expect.objectContaining({ code: 'FORMAT_MAGIC' }))
    expect(damage(HEADER.version.offset)).toThrow(
      expect.objectContaining({ code: 'FORMAT_VERSION', message: '.strata version: expected 2, got 3' }),
    )
    expect(damage(HEADER.headerLength.offset)).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }))
    expect(damage(HEADER.checksum.offset)).toThrow(expect.objectContaining({ code: 'FORMAT_CHECKSUM' }))
    expect(damage(header.headerLength - 1)).toThrow(expect.objectContaining({ code: 'FORMAT_CHECKSUM' }))
  })

  it('throws FORMAT_MAGIC for another format and FORMAT_TRUNCATED for a file cut early', () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff)
    expect(() => readHeader(jpeg)).toThrow(expect.objectContaining({ code: 'FORMAT_MAGIC' }))
    expect(() => readHeader(new Uint8Array(0))).toThrow(expect.objectContaining({ code: 'FORMAT_TRUNCATED' }))
    expect(() => readHeader(file.subarray(0, 5))).toThrow(
      expect.objectContaining({ code: 'FORMAT_TRUNCATED' }),
    )
  })

  it('refuses bytes behind the declared end', () => {
    const longer = new Uint8Array(file.length + 1)
    longer.set(file)
    expect(() => readHeader(longer)).toThrow(`at most the declared ${file.length} bytes`)
  })
})

describe('readHeader of a header with a valid checksum and invalid fields', () => {
  it.each<[string, (copy: Uint8Array) => void, string]>([
    ['no layer', (c) => writeField(c, HEADER.layerCount, 0), 'layer count: expected 1 to 16, got 0'],
    ['17 layers', (c) => writeField(c, HEADER.layerCount, 17), 'layer count: expected 1 to 16, got 17'],
    ['another layer count', (c) => writeField(c, HEADER.layerCount, 2), 'header length'],
    ['another placeholder length', (c) => writeField(c, HEADER.placeholderLength, 31), 'header length'],
    ['a reserved byte', (c) => writeField(c, HEADER.reserved, 1), 'reserved byte: expected 0, got 1'],
    ['a longer file', (c) => writeField(c, HEADER.totalLength, file.length + 1), 'end of the last layer'],
    [
      'a source of width 0',
      (c) => writeField(c, HEADER.sourceWidth, 0),
      'source size: expected at least 1x1',
    ],
    ['a source of height 0', (c) => writeField(c, HEADER.sourceHeight, 0), 'source size'],
    [
      'a source with too many pixels',
      (c) => {
        writeField(c, HEADER.sourceWidth, 10001)
        writeField(c, HEADER.sourceHeight, 10000)
      },
      'source pixels: expected at most 100000000, got 100010000',
    ],
    ['a layer of width 0', (c) => writeField(c, LAYER.width, 0, record(0)), 'layer 0: width'],
    ['a layer wider than the source', (c) => writeField(c, LAYER.width, 428, record(2)), 'layer 2: width'],
    [
      'a layer with the wrong aspect ratio',
      (c) => writeField(c, LAYER.height, 151, record(0)),
      'layer 0: height: expected 150',
    ],
    [
      'quality 0',
      (c) => writeField(c, LAYER.quality, 0, record(0)),
      'layer 0: quality: expected 1 to 100, got 0',
    ],
    ['quality 101', (c) => writeField(c, LAYER.quality, 101, record(2)), 'layer 2: quality'],
    [
      'equal widths, equal quality',
      (c) => writeField(c, LAYER.quality, 60, record(2)),
      'layer 2: quality: expected above',
    ],
    [
      'falling widths',
      (c) => {
        writeField(c, LAYER.width, 213, record(2))
        writeField(c, LAYER.height, 150, record(2))
      },
      'layer 2: width: expected at least 427',
    ],
    [
      'a score above 100',
      (c) => writeField(c, LAYER.score, 101, record(1)),
      'layer 1: score: expected at most 100',
    ],
    [
      'a gap before the base',
      (c) => writeField(c, LAYER.start, header.headerLength + 1, record(0)),
      'layer 0: start',
    ],
    [
      'a gap between layers',
      (c) => writeField(c, LAYER.start, header.layers[0]!.end + 1, record(1)),
      'layer 1: start',
    ],
    [
      'a layer too short for its strip index',
      (c) => writeField(c, LAYER.end, header.layers[2]!.start, record(2)),
      'layer 2: end',
    ],
    ['a layer that ends before it starts', (c) => writeField(c, LAYER.end, 0, record(0)), 'layer 0: end'],
  ])('refuses %s', (_name, change, reason) => {
    expect(() => readHeader(forge(file, change))).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID', message: expect.stringContaining(reason) }),
    )
  })
})

describe('readHeader of a layer with an unknown coding', () => {
  it('names the layer, the expected coding and the actual one', () => {
    const change = (copy: Uint8Array) => writeField(copy, LAYER.coding, 9, record(1))
    expect(() => readHeader(forge(file, change))).toThrow(
      expect.objectContaining({
        code: 'CODING_UNKNOWN',
        message: 'layer 1: expected a coding from 0 to 4, got 9',
      }),
    )
  })
})

describe('readStrips of a damaged layer', () => {
  it('detects a change of any byte of the index and of the strips read', () => {
    const copy = file.slice()
    const missed: string[] = []
    for (const layer of header.layers) {
      for (let at = layer.start; at < layer.end; at++) {
        for (const flip of [1, 2, 16, 128, 255]) {
          copy[at] = file[at]! ^ flip
          const readAll = () => {
            const strips = readStrips(copy, layer)
            for (let i = 0; i < strips.count; i++) strips.strip(i)
          }
          if (!refuses(readAll)) missed.push(`layer ${layer.index}, byte ${at} ^ ${flip}`)
        }
        copy[at] = file[at]!
      }
    }
    expect(missed).toEqual([])
  })

  it('leaves the strips before the damage readable', () => {
    const layer = header.layers[1]!
    const copy = file.slice()
    copy[layer.end - 1]! ^= 1
    const strips = readStrips(copy, layer)
    expect(strips.strip(0)).toEqual(readStrips(file, layer).strip(0))
    expect(() => strips.strip(1)).toThrow(expect.objectContaining({ code: 'FORMAT_CHECKSUM' }))
  })

  it('refuses a layer that was fetched from another file of the same shape', () => {
    const parts = sampleParts(427, 300, header.layers)
    const other = writeStrata({ ...parts, source: { ...parts.source, sha256: 'f'.repeat(32) } })
    expect(other.length).toBe(file.length)
    const mixed = file.slice()
    const layer = header.layers[2]!
    mixed.set(other.subarray(layer.start, layer.end), layer.start)
    expect(() => readStrips(mixed, layer)).toThrow('damaged or of another file')
    expect(() => readStrips(mixed, header.layers[1]!).strip(1)).not.toThrow()
  })

  it.each<[string, number, number, string]>([
    ['another strip count', 0, 1, 'strip count: expected 2, got 1'],
    ['reserved bytes', 2, 1, 'reserved bytes'],
    ['a strip that reaches beyond the layer', STRIP_INDEX_HEAD_BYTES + 3, 0xff, 'end of the strips'],
  ])('refuses %s under a valid checksum', (_name, at, value, reason) => {
    const layer = header.layers[1]!
    const copy = file.slice()
    copy[layer.start + at] = value
    const checksumAt = layer.start + stripIndexBytes(2) - 4
    const checksum = crc32c(copy.subarray(layer.start, checksumAt), readField(copy, HEADER.checksum))
    writeField(copy, { name: 'checksum', offset: checksumAt, bytes: 4 }, checksum)
    expect(() => readStrips(copy, layer)).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID', message: expect.stringContaining(reason) }),
    )
  })
})

describe('the reader with random input', () => {
  it('throws only FORMAT_* for random bytes, with and without the magic', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, withMagic) => {
        const input = withMagic ? new Uint8Array([...file.subarray(0, 10), ...bytes]) : bytes
        readOrRefuse(input)
      }),
      { numRuns: 10_000 },
    )
  })

  it('throws only FORMAT_* for files with changed bytes and a valid header checksum', () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(file.length),
        (changes, length) => {
          const forged = forge(file, (copy) => {
            for (const [at, value] of changes) copy[at] = value
          })
          readOrRefuse(forged.subarray(0, length))
        },
      ),
      { numRuns: 10_000 },
    )
  })
})

/** Reads everything that can be read. Only a StrataError that refuses the file may be thrown. */
function readOrRefuse(bytes: Uint8Array): void {
  refuses(() => headerLength(bytes))
  refuses(() => {
    for (const layer of readHeader(bytes).layers) {
      const strips = readStrips(bytes, layer)
      for (let i = 0; i < strips.count; i++) strips.strip(i)
    }
  })
}

/** Whether `read` throws a format error. Rethrows any other error. */
function refuses(read: () => unknown): boolean {
  try {
    read()
    return false
  } catch (error) {
    if (error instanceof StrataError && /^FORMAT_|^CODING_UNKNOWN$/.test(error.code)) return true
    throw error
  }
}
