import { generator } from './pictures/formula.ts'

/** Random choices of one case, which depend only on its seed. */
export interface Random {
  /** 0..1 */
  unit(): number
  /** 0..below - 1 */
  below(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  bytes(length: number): Uint8Array
  /** A number of at most `bits` bits, often at a limit of some field. */
  edge(bits: number): number
}

const EDGES: readonly number[] = [0, 1, 2, 16, 17, 100, 101, 255, 256, 257, 1525, 32767, 32768, 65534, 65535]

/** One of some items. @param random 0..1 */
export function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T
}

export function randomOf(seed: number): Random {
  const unit = generator(seed)
  for (let i = 0; i < 8; i++) unit() // neighbouring seeds start with similar numbers
  const below = (n: number) => Math.floor(n * unit())
  const random: Random = {
    unit,
    below,
    chance: (probability) => unit() < probability,
    pick: (items) => pick(items, unit),
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    edge(bits) {
      const max = 2 ** bits - 1
      const value = unit() < 0.2 ? max - below(3) : unit() < 0.7 ? random.pick(EDGES) : below(max + 1)
      return Math.min(Math.max(value, 0), max)
    },
  }
  return random
}
