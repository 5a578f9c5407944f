import { TABLES_BASE64 } from './tables-data.ts'

/**
 * Number of tables; table i has the scale sigma_i = .11 * exp(i * ln(64 / .11) / 63), its density is the mixture of
 * models/strata_models/compass/entropy_tables.py. Table 0 codes nothing.
 */
export const TABLES = 64

/** Frequencies of one table add up to 2^PRECISION. */
export const PRECISION = 16

/** Largest |symbol| a stream can hold. */
export const MAX_SYMBOL = 32767

/**
 * All tables in the flat form that the decoders walk, in TypeScript and in WebAssembly alike.
 *
 * Table i owns 2 * radius + 3 consecutive entries of `last`: first 0xffff (that is, -1), then for each symbol
 * k = -radius..radius and for the escape the last slot that belongs to it. So with s the position of a symbol,
 * start = last[s - 1] + 1 and frequency = last[s] - last[s - 1], both modulo 2^16.
 */
interface EntropyTables {
  readonly last: Uint16Array
  /** Position in `last` of k = 0, per table. */
  readonly centre: Uint16Array
  /** Largest |k| without an escape, per table; the escape's position is centre + radius + 1. */
  readonly radius: Uint16Array
  /** Position in `last` of the symbol that owns slot 256 * j of table i, at [256 * i + j]: where a scan begins. */
  readonly buckets: Uint16Array
}

export const ENTROPY_TABLES: EntropyTables = unpack(TABLES_BASE64)

/** Cumulative start and frequency of the symbol at position `s`, for the encoder. */
export function slotRange(s: number): { readonly start: number; readonly frequency: number } {
  const { last } = ENTROPY_TABLES
  const before = last[s - 1] as number
  return { start: (before + 1) & 0xffff, frequency: ((last[s] as number) - before) & 0xffff }
}

/** Bits of an escaped magnitude's mantissa: |k| - radius = 1, 2..3, 4..7, ... take 0, 1, 2, ... */
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
