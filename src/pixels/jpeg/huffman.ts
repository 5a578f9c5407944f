import type { HuffmanSpec } from './tables.ts'
import { TOKEN_SYMBOLS } from './tokens.ts'
import type { HuffmanCodes } from './types.ts'

const MAX_LENGTH = 16

/** The canonical codes of four tables (T.81 Annex C). */
export function huffmanCodes(specs: readonly HuffmanSpec[]): HuffmanCodes {
  const codes = new Uint16Array(TOKEN_SYMBOLS)
  const lengths = new Uint8Array(TOKEN_SYMBOLS)
  specs.forEach(({ counts, symbols }, table) => {
    let code = 0
    let next = 0
    counts.forEach((count, i) => {
      for (let j = 0; j < count; j++) {
        const index = (table << 8) | symbols[next++]!
        codes[index] = code++
        lengths[index] = i + 1
      }
      code <<= 1
    })
  })
  return { codes, lengths }
}

/** Optimal tables for a histogram of `token >>> 16`. */
export function optimalHuffman(histogram: Uint32Array): HuffmanSpec[] {
  return [0, 1, 2, 3].map((table) => optimalTable(histogram.subarray(table << 8, (table + 1) << 8)))
}

/** Builds a table as T.81 K.2 does: Huffman code lengths of at most 16 bits; the code of all ones stays unused. */
function optimalTable(histogram: Uint32Array): HuffmanSpec {
  const symbols = [...histogram.keys()].filter((symbol) => histogram[symbol]! > 0)
  symbols.sort((a, b) => histogram[b]! - histogram[a]! || a - b)
  // An extra symbol that never occurs gets the longest code, the one of all ones.
  const counts = limit(depths([...symbols.map((symbol) => histogram[symbol]!), 0]))
  const longest = counts.findLastIndex((count) => count > 0)
  counts[longest]!--
  return { counts: counts.slice(1), symbols }
}

/** Number of leaves at each depth of a Huffman tree over falling frequencies. */
function depths(frequencies: readonly number[]): number[] {
  const weights = frequencies.toReversed()
  const leaves = weights.length
  const parent = new Array<number>(2 * leaves - 1).fill(0)
  // Leaves and inner nodes form two queues in rising order, so the two lightest nodes are always at their heads.
  let leaf = 0
  let inner = leaves
  const lightest = (): number =>
    leaf < leaves && (inner >= weights.length || weights[leaf]! <= weights[inner]!) ? leaf++ : inner++
  for (let node = leaves; node < 2 * leaves - 1; node++) {
    const [a, b] = [lightest(), lightest()]
    parent[a] = node
    parent[b] = node
    weights.push(weights[a]! + weights[b]!)
  }
  const depth = new Array<number>(2 * leaves - 1).fill(0)
  const counts: number[] = []
  for (let node = 2 * leaves - 3; node >= 0; node--) {
    depth[node] = depth[parent[node]!]! + 1
    if (node < leaves) counts[depth[node]!] = (counts[depth[node]!] ?? 0) + 1
  }
  return Array.from(counts, (count) => count ?? 0)
}

/** Moves leaves up until none is deeper than 16 (T.81 figure K.3). */
function limit(deep: readonly number[]): number[] {
  const counts = [...deep]
  while (counts.length <= MAX_LENGTH) counts.push(0)
  for (let i = counts.length - 1; i > MAX_LENGTH; i--) {
    while (counts[i]! > 0) {
      let j = i - 2
      while (counts[j] === 0) j--
      counts[i]! -= 2
      counts[i - 1]! += 1
      counts[j + 1]! += 2
      counts[j]! -= 1
    }
  }
  return counts.slice(0, MAX_LENGTH + 1)
}
