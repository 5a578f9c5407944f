import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { StrataError } from '../../src/core/errors.ts'
import { estimateBits } from '../../src/entropy/estimate.ts'
import { createRansEncoder } from '../../src/entropy/rans-encoder.ts'
import { ENTROPY_TABLES } from '../../src/entropy/tables.ts'
import type { EntropyCoder } from '../../src/entropy/types.ts'
import { residuals } from '../entropy/residuals.ts'
import { generator } from '../pictures.ts'

/** Tests that an EntropyCoder decodes valid streams exactly and refuses damaged ones. */
export function entropyConformance(name: string, make: () => EntropyCoder | Promise<EntropyCoder>): void {
  describe(`${name} as an EntropyCoder`, () => {
    let coder: EntropyCoder
    beforeAll(async () => {
      coder = await make()
    })

    const roundTrip = (calls: readonly Call[]): void => {
      const bytes = encode(calls)
      const decoder = coder.decoder(bytes)
      for (const { indexes, symbols } of calls) {
        const out = new Int16Array(indexes.length).fill(99)
        decoder.decode(indexes, out)
        expect(firstDifference(out, symbols)).toBe(-1)
      }
      decoder.finish()
    }

    /** Decodes as many symbols as there are indexes. The only error that it lets pass is ENTROPY_CORRUPT. */
    const survives = (bytes: Uint8Array, indexes: Uint8Array): 'same length' | 'corrupt' => {
      try {
        const decoder = coder.decoder(bytes)
        decoder.decode(indexes, new Int16Array(indexes.length))
        decoder.finish()
        return 'same length'
      } catch (error) {
        if (error instanceof StrataError && error.code === 'ENTROPY_CORRUPT') return 'corrupt'
        throw error
      }
    }

    it('decodes the encoded symbols, in any number of calls', () => {
      fc.assert(fc.property(fc.array(arbitraryCall(), { maxLength: 6 }), roundTrip), { numRuns: 300 })
    })

    it('decodes every symbol from -32767 to 32767 under a narrow and a wide table', () => {
      const symbols = Int16Array.from({ length: 65535 }, (_, i) => i - 32767)
      for (const table of [1, 63]) roundTrip([{ indexes: new Uint8Array(65535).fill(table), symbols }])
    })

    it('decodes the symbols around the limit of an escape under every table', () => {
      for (let table = 1; table < 64; table++) {
        const r = ENTROPY_TABLES.radius[table] as number
        const symbols = Int16Array.of(-r, r, -r - 1, r + 1, 0, -r - 2, r + 2, r + 3, -r - 3, -r - 4)
        roundTrip([{ indexes: new Uint8Array(symbols.length).fill(table), symbols }])
      }
    })

    it('reads no bits for symbols under table 0 and for an empty call', () => {
      const empty = { indexes: new Uint8Array(0), symbols: new Int16Array(0) }
      const zeros = { indexes: new Uint8Array(1000), symbols: new Int16Array(1000) }
      roundTrip([])
      roundTrip([empty, zeros, empty])
      expect(encode([empty, zeros])).toHaveLength(16)
    })

    it('continues with the right state when calls end after 1, 2 or 3 of the four states', () => {
      const random = generator(5)
      roundTrip([1, 2, 3, 5, 7, 1, 1, 30].map((length) => residuals(length, random)))
    })

    it('takes the bytes that estimateBits predicts, within 0.5 % and the 16 bytes of the states', () => {
      const call = residuals(200_000, generator(7))
      const estimate = estimateBits(call.indexes, call.symbols) / 8
      expect(encode([call]).length).toBeGreaterThan(estimate * 0.995)
      expect(encode([call]).length).toBeLessThan(estimate * 1.005 + 16)
      roundTrip([call])
    })

    it('decodes several streams in turns', () => {
      const random = generator(11)
      const a = residuals(500, random)
      const b = residuals(500, random)
      const [first, second] = [coder.decoder(encode([a])), coder.decoder(encode([b]))]
      const out = [new Int16Array(500), new Int16Array(500)] as const
      for (const [from, to] of [
        [0, 130],
        [130, 131],
        [131, 500],
      ] as const) {
        first.decode(a.indexes.subarray(from, to), out[0].subarray(from, to))
        second.decode(b.indexes.subarray(from, to), out[1].subarray(from, to))
      }
      first.finish()
      second.finish()
      expect(out[0]).toEqual(a.symbols)
      expect(out[1]).toEqual(b.symbols)
    })

    it('reads views at odd offsets and does not change them', () => {
      const call = residuals(1000, generator(13))
      const bytes = encode([call])
      const parent = new Uint8Array(bytes.length + 7).fill(0xa5)
      parent.set(bytes, 3)
      const before = parent.slice()
      const out = new Int16Array(1002).fill(77)
      const decoder = coder.decoder(parent.subarray(3, 3 + bytes.length))
      decoder.decode(call.indexes, out.subarray(1, 1001))
      decoder.finish()
      expect(out.subarray(1, 1001)).toEqual(call.symbols)
      expect([out[0], out[1001]]).toEqual([77, 77])
      expect(parent).toEqual(before)
    })

    it('decodes a stream of more than a million symbols', () => {
      const random = generator(17)
      const block = residuals(50_000, random)
      roundTrip([{ indexes: repeat(block.indexes, 21), symbols: repeat(block.symbols, 21) }])
    })

    describe('given damaged data', () => {
      const call = residuals(2000, generator(19))
      const bytes = encode([call])

      it('refuses the stream cut at any byte', () => {
        for (let length = 0; length < bytes.length; length++) {
          expect(survives(bytes.subarray(0, length), call.indexes)).toBe('corrupt')
        }
      })

      it('refuses the stream with extra bytes', () => {
        for (const extra of [1, 2, 4]) {
          const longer = new Uint8Array(bytes.length + extra)
          longer.set(bytes)
          expect(survives(longer, call.indexes)).toBe('corrupt')
        }
      })

      it('detects more than 98 % of single flipped bits (bypass bits and mirrored symbols leave the states unchanged)', () => {
        let unnoticed = 0
        for (let at = 0; at < bytes.length; at++) {
          const changed = bytes.slice()
          changed[at]! ^= 1 << (at % 8)
          if (survives(changed, call.indexes) !== 'corrupt') unnoticed++
        }
        expect(unnoticed / bytes.length).toBeLessThan(0.02)
      })

      it('detects a wrong number of symbols', () => {
        const firstCoded = call.indexes.findIndex((table) => table !== 0)
        expect(survives(bytes, call.indexes.subarray(firstCoded + 1))).toBe('corrupt')
        expect(survives(bytes, repeat(call.indexes, 2))).toBe('corrupt')
      })

      it('throws ENTROPY_CORRUPT for random bytes and any tables', () => {
        const bytesOf = fc.uint8Array({ maxLength: 400, size: 'max' })
        const indexesOf = fc.uint8Array({ max: 63, maxLength: 400, size: 'max' })
        fc.assert(
          fc.property(bytesOf, indexesOf, (random, indexes) => {
            expect(survives(random, indexes)).toBe('corrupt')
          }),
          { numRuns: 500 },
        )
      })

      it('stops early when a stream of a few bytes promises millions of symbols', () => {
        const states = Uint8Array.from({ length: 16 }, () => 0xff)
        for (const table of [1, 30, 63]) {
          expect(survives(states, new Uint8Array(5_000_000).fill(table))).toBe('corrupt')
        }
      })

      it('refuses an escape above 32767', () => {
        expect(survives(escapeOfLength15(), Uint8Array.of(1))).toBe('corrupt')
      })
    })

    it('throws INTERNAL for a wrong table index or length', () => {
      const internal = expect.objectContaining({ code: 'INTERNAL' })
      const decoder = coder.decoder(encode([]))
      expect(() => decoder.decode(Uint8Array.of(64), new Int16Array(1))).toThrow(internal)
      expect(() => decoder.decode(Uint8Array.of(255), new Int16Array(1))).toThrow(internal)
      expect(() => decoder.decode(new Uint8Array(2), new Int16Array(1))).toThrow(internal)
    })
  })
}

interface Call {
  readonly indexes: Uint8Array
  readonly symbols: Int16Array
}

function encode(calls: readonly Call[]): Uint8Array {
  const encoder = createRansEncoder()
  for (const { indexes, symbols } of calls) encoder.encode(indexes, symbols)
  return encoder.finish()
}

/** Index of the first difference, or -1. It is faster than toEqual on long arrays. */
function firstDifference(a: Int16Array, b: Int16Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length)
  return a.findIndex((value, i) => value !== b[i])
}

function arbitraryCall(): fc.Arbitrary<Call> {
  const symbol = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -6, max: 6 }) },
    { weight: 2, arbitrary: fc.integer({ min: -300, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: -32767, max: 32767 }) },
  )
  const pair = fc.tuple(fc.nat({ max: 63 }), symbol)
  return fc.array(pair, { maxLength: 200, size: 'max' }).map((pairs) => ({
    indexes: Uint8Array.from(pairs, ([table]) => table),
    symbols: Int16Array.from(pairs, ([table, k]) => (table === 0 ? 0 : k)),
  }))
}

function repeat<T extends Uint8Array | Int16Array>(values: T, times: number): T {
  const out = new (values.constructor as new (n: number) => T)(values.length * times)
  for (let i = 0; i < times; i++) out.set(values, i * values.length)
  return out
}

/** A stream of one escape under table 1 with the length nibble 15, which no encoder writes. Its final states are valid. */
function escapeOfLength15(): Uint8Array {
  const words: number[] = []
  let x = 0x10000
  const step = (start: number, frequency: number): void => {
    if (x >= frequency * 0x10000) {
      words.unshift(x & 0xffff)
      x = Math.floor(x / 0x10000)
    }
    x = Math.floor(x / frequency) * 0x10000 + start + (x % frequency)
  }
  step(0x1234, 1)
  step(15 << 12, 1 << 12)
  step(65536 - 8, 8)
  const bytes = new Uint8Array(16 + 2 * words.length)
  const view = new DataView(bytes.buffer)
  ;[x, 0x10000, 0x10000, 0x10000].forEach((state, i) => {
    view.setUint32(4 * i, state, true)
  })
  words.forEach((word, i) => {
    view.setUint16(16 + 2 * i, word, true)
  })
  return bytes
}
