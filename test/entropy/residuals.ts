import { ENTROPY_TABLES } from '../../src/entropy/tables.ts'

/** Symbols drawn from the tables that code them. The table of each is random; one symbol in 20 is not coded (table 0). */
export function residuals(
  length: number,
  random: () => number,
): { indexes: Uint8Array; symbols: Int16Array } {
  const { last, centre, radius } = ENTROPY_TABLES
  const indexes = new Uint8Array(length)
  const symbols = new Int16Array(length)
  for (let i = 0; i < length; i++) {
    if (random() < 0.05) continue
    const table = 1 + Math.floor(random() * 63)
    const slot = Math.floor(random() * 65536)
    const [c, r] = [centre[table] as number, radius[table] as number]
    let s = c - r
    while (slot > (last[s] as number)) s++
    indexes[i] = table
    symbols[i] = s - c <= r ? s - c : (r + 1 + Math.floor(random() * 40)) * (random() < 0.5 ? -1 : 1)
  }
  return { indexes, symbols }
}
