import { StrataError } from '../core/errors.ts'
import { ENTROPY_TABLES, escapeLength, PRECISION, slotRange, TABLES } from './tables.ts'

/**
 * Bits that the coder spends on these symbols: the sum of -log2(frequency / 2^16), escapes included. The coded stream is
 * longer by the four states, at most 16 bytes.
 *
 * @throws StrataError INTERNAL when the lengths differ or an index is above 63
 */
export function estimateBits(indexes: Uint8Array, symbols: Int16Array): number {
  if (indexes.length !== symbols.length) {
    throw new StrataError('INTERNAL', `symbols: expected ${indexes.length}, got ${symbols.length}`)
  }
  let bits = 0
  for (let i = 0; i < indexes.length; i++) {
    const table = indexes[i] as number
    if (table >= TABLES) throw new StrataError('INTERNAL', `table index: expected 0..63, got ${table}`)
    if (table !== 0) bits += symbolBits(table, symbols[i] as number)
  }
  return bits
}

/** The fewest bits that a symbol takes under this table: the bits of symbol 0, the most probable one up to rounding. */
export function leastBits(table: number): number {
  return table === 0 ? 0 : cost(ENTROPY_TABLES.centre[table] as number)
}

/** Bits of one symbol under a table from 1 to 63. */
export function symbolBits(table: number, symbol: number): number {
  const centre = ENTROPY_TABLES.centre[table] as number
  const radius = ENTROPY_TABLES.radius[table] as number
  const magnitude = Math.abs(symbol)
  if (magnitude <= radius) return cost(centre + symbol)
  return cost(centre + radius + 1) + 4 + escapeLength(magnitude, radius) + 1
}

/** Bits of every entry of `last`, computed once because an encoder asks for millions of them. */
const COSTS = Float64Array.from(ENTROPY_TABLES.last, (_, s) => PRECISION - Math.log2(slotRange(s).frequency))

function cost(s: number): number {
  return COSTS[s] as number
}
