import { beforeAll, describe, expect, it } from 'vitest'
import {
  type OpenPassStore,
  OUTSIDE,
  type PassStore,
  referencePassStore,
  type StripLatents,
} from '../../src/codec/compass/kernels/pass-store.ts'
import { generator } from '../pictures.ts'
import { integers } from './cells.ts'

const LATENTS = 40
const CHANNELS = 24

/** Tests that a PassStore computes the integers of the TypeScript reference. */
export function passStoreConformance(name: string, make: () => OpenPassStore): void {
  describe(`${name} as a pass store`, () => {
    let open: OpenPassStore
    beforeAll(() => {
      open = make()
    })

    it('equals the reference after every pass', () => {
      for (let seed = 1; seed <= 10; seed++) {
        const [strip, other] = [emptyStrip(), emptyStrip()]
        const [store, reference] = [open(strip), referencePassStore(other)]
        const [random, again] = [generator(seed), generator(seed)]
        for (let pass = 0; pass < 4; pass++) {
          expect(codePass(store, random)).toEqual(codePass(reference, again))
        }
        store.close()
        expect(strip).toEqual(other)
      }
    })

    it('keeps apart two strips that are coded in turns', () => {
      const pairs = [1, 2, 3].map((seed) => {
        const [strip, other] = [emptyStrip(), emptyStrip()]
        const randoms = [generator(seed), generator(seed)] as const
        return { strip, other, randoms, store: open(strip), reference: referencePassStore(other) }
      })
      for (let pass = 0; pass < 3; pass++) {
        for (const { store, reference, randoms } of pairs) {
          expect(codePass(store, randoms[0])).toEqual(codePass(reference, randoms[1]))
        }
      }
      for (const { strip, other, store } of pairs) {
        store.close()
        expect(strip).toEqual(other)
      }
    })

    it('limits magnitudes, halves and values to their ranges', () => {
      const strip = { rows: 1, values: new Int16Array(8), scaleIndexes: new Uint8Array(8) }
      const store = open(strip)
      const runs = Int32Array.of(0)
      const symbols = Int16Array.of(32767, -32767, 1, -1, 0, 0, 15, -16)
      const means = Int16Array.of(2047, -2047, -3, 0, 4, 3, 14, 1)
      store.store(runs, 8, means, new Uint8Array(8).fill(63), symbols)
      expect([...store.magnitudes(runs, 8)]).toEqual([255, 255, 13, 16, 4, 3, 254, 255])
      expect([...store.halves(runs, 8)]).toEqual([255, -255, 2, -2, 1, 0, 32, -32])
      store.close()
      expect([...strip.values]).toEqual([32767, -32767, 13, -16, 4, 3, 254, -255])
      expect([...strip.scaleIndexes]).toEqual(Array(8).fill(63))
    })

    it('does not change the latents after it is closed', () => {
      const strip = emptyStrip()
      const store = open(strip)
      codePass(store, generator(1))
      store.close()
      strip.values.fill(5)
      store.close()
      open(emptyStrip()).magnitudes(Int32Array.of(0), 8)
      expect(strip.values.every((value) => value === 5)).toBe(true)
    })
  })
}

function emptyStrip(): StripLatents {
  const count = LATENTS * CHANNELS
  return { rows: 4, values: new Int16Array(count), scaleIndexes: new Uint8Array(count) }
}

/** Reads everything that a pass reads, and stores random symbols. */
function codePass(store: PassStore, random: () => number) {
  const channels = random() < 0.5 ? 8 : CHANNELS
  const count = 1 + Math.floor(30 * random())
  // Runs of a pass never overlap; some lie outside the strip.
  const places = Array.from({ length: LATENTS }, (_, i) => i).sort(() => random() - 0.5)
  const runs = Int32Array.from(places.slice(0, count), (place) =>
    random() < 0.2 ? OUTSIDE : place * CHANNELS,
  )
  const found = Int16Array.from({ length: count * channels }, () => Math.floor(64 * random()))
  const tables = store.tables(runs, channels, found)
  const seen = { magnitudes: store.magnitudes(runs, channels), halves: store.halves(runs, channels), tables }
  const means = integers(count * channels, 2047, random)
  store.store(runs, channels, means, tables, integers(count * channels, 40, random))
  return seen
}
