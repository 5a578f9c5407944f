import { concat, hex } from '../../../core/bytes.ts'
import { sha256 } from '../../../core/hash.ts'
import type { SymbolTap } from './latent-decoder.ts'

/** Collects hashes of the strips' symbols. Strips may come in any order. */
export class SymbolHashes {
  readonly #strips: Promise<Uint8Array>[][] = []

  tap(layer: number): SymbolTap {
    this.#strips[layer] ??= []
    const strips = this.#strips[layer]
    return (strip, hyperSymbols, passes) => {
      strips[strip] = sha256(concat([hyperSymbols, ...passes].map(bytesOf)))
    }
  }

  has(layer: number, strip: number): boolean {
    return this.#strips[layer]?.[strip] !== undefined
  }

  /** One hash per layer, 32 hexadecimal digits each. */
  async layers(): Promise<string[]> {
    const hashes = this.#strips.map(async (strips) => {
      return hex((await sha256(concat(await Promise.all(strips)))).subarray(0, 16))
    })
    return await Promise.all(hashes)
  }
}

function bytesOf(symbols: Int16Array): Uint8Array {
  return new Uint8Array(symbols.buffer, symbols.byteOffset, symbols.byteLength)
}
