import { TABLES_BASE64 } from './tables-data.ts'

/**
 * Number of tables. Table i has the scale sigma_i = .11 * exp(i * ln(64 / .11) / 63); its density is the mixture defined
 * in models/strata_models/compass/entropy_tables.py. Symbols under table 0 are not coded.
 */
export const TABLES = 64

/** The frequencies of a table add up to 2^PRECISION. */
export const PRECISION = 16

/** Largest magnitude of a symbol in a stream. */
export const MAX_SYMBOL = 32767

/**
 * All tables in one flat form, which the decoders in TypeScript and WebAssembly share.
 *
 * Table i owns 2 * radius + 3 consecutive entries of `last`. The first is 0xffff (that is, -1); then come the symbols
 * k = -radius..radius and the escape, each with the last slot that belongs to it. For a symbol at position s,
 * start = last[s - 1] + 1 and frequency = last[s] - last[s - 1], both modulo 2^16.
 */
interface EntropyTables {
  readonly last: Uint16Array
  /** Position in `last` of the symbol k = 0, per table. */
  readonly centre: Uint16Array
  /** Largest |k| that is coded without an escape, per table. The escape's position is centre + radius + 1. */
  readonly radius: Uint16Array
  /** [256 * i + j]: position in `last` of the symbol that owns slot 256 * j of table i. A scan begins there. */
  readonly buckets: Uint16Array
}

export const ENTROPY_TABLES: EntropyTables = unpack(TABLES_BASE64)

/** Cumulative start and frequency of the symbol at position `s` of `last`. */
export function slotRange(s: number): { readonly start: number; readonly frequency: number } {
  const { last } = ENTROPY_TABLES
  const before = last[s - 1] as number
  return { start: (before + 1) & 0xffff, frequency: ((last[s] as number) - before) & 0xffff }
}

/** Bits of the mantissa of an escaped magnitude: |k| - radius = 1, 2..3, 4..7, ... take 0, 1, 2, ... bits. */
export function escapeLength(magnitude: number, radius: number): number {
  return 31 - Math.clz32(magnitude - radius)
}

function unpack(base64: string): EntropyTables {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  const last: number[] = []
  const centre = new Uint16Array(TABLES)
  const radius = new Uint16Array(TABLES)
  const buckets = new Uint16Array(TABLES * 256)
  let at = 0
  for (let i = 0; i < TABLES; i++) {
    const r = view.getUint16(at, true)
    const rare = view.getUint16(at + 2, true)
    const half = (k: number): number => view.getUint16(at + 4 + 2 * Math.abs(k), true)
    radius[i] = r
    last.push(0xffff)
    centre[i] = last.length + r
    let end = 0
    for (let k = -r; k <= r + 1; k++) {
      const start = end
      end += k <= r ? half(k) : rare
      for (let j = (start + 255) >> 8; j << 8 < end; j++) buckets[i * 256 + j] = last.length
      last.push(end - 1)
    }
    at += 4 + 2 * (r + 1)
  }
  return { last: Uint16Array.from(last), centre, radius, buckets }
}
