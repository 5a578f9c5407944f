import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StrataError } from '../../src/core/errors.ts'
import { readStrips } from '../../src/format/layers.ts'
import { FIXED_HEADER_BYTES } from '../../src/format/layout.ts'
import { headerLength, readHeader, wholeLayers } from '../../src/format/reader.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { sampleFile, sampleParts } from './files.ts'

const file = sampleFile()
const header = readHeader(file)

describe('readHeader', () => {
  it('returns every field', () => {
    expect(header).toMatchObject({
      version: 2,
      flags: 5,
      headerLength: 56 + 3 * 16 + 32,
      totalLength: file.length,
      source: { width: 427, height: 300, sha256: '00112233445566778899aabbccddeeff' },
      modelSet: '0123456789abcdef',
      layers: [
        { index: 0, width: 213, height: 150, quality: 60, flags: 0, start: header.headerLength },
        { index: 1, width: 427, height: 300, quality: 60, flags: 1, start: header.layers[0]?.end },
        { index: 2, width: 427, height: 300, quality: 80, flags: 2, end: file.length },
      ],
    })
    expect(header.placeholder).toEqual(sampleParts(427, 300, []).placeholder)
  })

  it('returns the same from the header alone as from any longer prefix', () => {
    for (let length = header.headerLength; length <= file.length; length++) {
      expect(readHeader(file.subarray(0, length))).toEqual(header)
    }
  })

  it('reads a view in the middle of a buffer', () => {
    const buffer = new Uint8Array(file.length + 13).fill(0xee)
    buffer.set(file, 7)
    expect(readHeader(buffer.subarray(7, 7 + file.length))).toEqual(header)
  })
})

describe('headerLength', () => {
  it('is read from the fixed part alone', () => {
    expect(headerLength(file.subarray(0, FIXED_HEADER_BYTES))).toBe(header.headerLength)
  })
})

describe('wholeLayers', () => {
  it('counts the layers that end inside the available bytes', () => {
    const [base, middle] = header.layers.map((layer) => layer.end)
    expect(wholeLayers(header, 0)).toBe(0)
    expect(wholeLayers(header, base! - 1)).toBe(0)
    expect(wholeLayers(header, base!)).toBe(1)
    expect(wholeLayers(header, middle!)).toBe(2)
    expect(wholeLayers(header, file.length - 1)).toBe(2)
    expect(wholeLayers(header, file.length)).toBe(3)
  })
})

describe('readStrips', () => {
  it('returns the strips as views', () => {
    const parts = sampleParts(427, 300, header.layers)
    for (const layer of header.layers) {
      const strips = readStrips(file, layer)
      expect(strips.count).toBe(layer.height > 256 ? 2 : 1)
      for (const [i, strip] of parts.layers[layer.index]!.strips.entries()) {
        expect(strips.strip(i)).toEqual(strip)
        expect(strips.strip(i).buffer).toBe(file.buffer)
      }
    }
  })

  it('checks a strip only when it is asked for, so that decoding can start before the rest has arrived', () => {
    const layer = header.layers[1]!
    const last = readStrips(file, layer).strip(1)
    const cut = readStrips(file.subarray(0, layer.end - last.length), layer)
    expect(cut.strip(0)).toEqual(readStrips(file, layer).strip(0))
    expect(() => cut.strip(1)).toThrow(expect.objectContaining({ code: 'FORMAT_TRUNCATED' }))
  })

  it.each([-1, 2, 0.5, Number.NaN])('refuses strip number %d', (i) => {
    expect(() => readStrips(file, header.layers[1]!).strip(i)).toThrow('expected a strip from 0 to 1')
  })
})

describe('a file cut at every byte', () => {
  it('yields its whole layers and FORMAT_TRUNCATED for all others', () => {
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length)
      if (length < header.headerLength) {
        expect(() => readHeader(cut)).toThrow(expect.objectContaining({ code: 'FORMAT_TRUNCATED' }))
        continue
      }
      const whole = wholeLayers(readHeader(cut), length)
      for (const layer of header.layers) {
        const read = () => readEveryStrip(cut, layer.index)
        if (layer.index < whole) expect(read()).toEqual(readEveryStrip(file, layer.index))
        else expect(read).toThrow(expect.objectContaining({ code: 'FORMAT_TRUNCATED' }))
      }
    }
  })
})

describe('writeStrata and readHeader', () => {
  it('round-trip any file', () => {
    const rung = fc.record({
      width: fc.integer({ min: 1, max: 900 }),
      quality: fc.integer({ min: 1, max: 100 }),
    })
    const ladder = fc
      .uniqueArray(rung, { minLength: 1, maxLength: 16, selector: (r) => 1000 * r.width + r.quality })
      .map((rungs) => rungs.sort((a, b) => a.width - b.width || a.quality - b.quality))
    fc.assert(
      fc.property(ladder, fc.integer({ min: 1, max: 2000 }), fc.nat(200), (rungs, height, placeholder) => {
        const parts = sampleParts(900, height, rungs, { seed: height, placeholder })
        const written = writeStrata(parts)
        const read = readHeader(written)
        expect(read.source).toEqual(parts.source)
        expect(read.placeholder).toEqual(parts.placeholder)
        expect(read.layers).toMatchObject(parts.layers.map(({ strips, ...layer }) => layer))
        for (const [index, layer] of parts.layers.entries()) {
          expect(readEveryStrip(written, index)).toEqual(layer.strips)
        }
      }),
    )
  })
})

function readEveryStrip(bytes: Uint8Array, index: number): Uint8Array[] {
  const layer = readHeader(bytes).layers[index]
  if (!layer) throw new StrataError('INTERNAL', `no layer ${index}`)
  const strips = readStrips(bytes, layer)
  return Array.from({ length: strips.count }, (_, i) => strips.strip(i))
}
