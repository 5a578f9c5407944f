import { StrataError } from '../core/errors.ts'
import { STATE_BYTES, STATE_START, STATES } from './rans-decoder.ts'
import { ENTROPY_TABLES, escapeLength, MAX_SYMBOL, slotRange, TABLES } from './tables.ts'
import type { EntropyEncoder } from './types.ts'

/** Makes an encoder of rANS streams; rans-decoder.ts describes their format. */
export function createRansEncoder(): EntropyEncoder {
  return new RansEncoder()
}

/** Start and frequency of every entry of `last` (see slotRange). */
const STARTS = ENTROPY_TABLES.last.map((_, s) => slotRange(s).start)
const FREQUENCIES = ENTROPY_TABLES.last.map((_, s) => slotRange(s).frequency)

interface Call {
  readonly indexes: Uint8Array
  readonly symbols: Int16Array
}

class RansEncoder implements EntropyEncoder {
  readonly #calls: Call[] = []
  #coded = 0
  #finished = false

  encode(indexes: Uint8Array, symbols: Int16Array): void {
    if (this.#finished) throw new StrataError('INTERNAL', 'encode() after finish()')
    if (indexes.length !== symbols.length) {
      throw new StrataError('INTERNAL', `symbols: expected ${indexes.length}, got ${symbols.length}`)
    }
    let coded = 0
    for (let i = 0; i < indexes.length; i++) {
      const table = indexes[i] as number
      const symbol = symbols[i] as number
      const limit = table === 0 ? 0 : MAX_SYMBOL
      if (table >= TABLES) throw new StrataError('INTERNAL', `table index: expected 0..63, got ${table}`)
      if (Math.abs(symbol) > limit) {
        throw new StrataError(
          'INTERNAL',
          `symbol under table ${table}: expected |k| <= ${limit}, got ${symbol}`,
        )
      }
      if (table !== 0) coded++
    }
    this.#calls.push({ indexes: indexes.slice(), symbols: symbols.slice() })
    this.#coded += coded
  }

  finish(): Uint8Array {
    if (this.#finished) throw new StrataError('INTERNAL', 'finish() called twice')
    this.#finished = true
    const writer = new BackwardWriter()
    let turn = this.#coded & (STATES - 1)
    for (let call = this.#calls.pop(); call !== undefined; call = this.#calls.pop()) {
      const { indexes, symbols } = call
      for (let i = indexes.length - 1; i >= 0; i--) {
        const table = indexes[i] as number
        if (table === 0) continue
        turn = (turn + STATES - 1) & (STATES - 1)
        writeSymbol(writer, turn, table, symbols[i] as number)
      }
    }
    return writer.finish()
  }
}

/** Writes one symbol. Its steps are those of the decoder in reverse order. */
function writeSymbol(writer: BackwardWriter, turn: number, table: number, symbol: number): void {
  const centre = ENTROPY_TABLES.centre[table] as number
  const radius = ENTROPY_TABLES.radius[table] as number
  const magnitude = Math.abs(symbol)
  let s = centre + symbol
  if (magnitude > radius) {
    const length = escapeLength(magnitude, radius)
    const mantissa = magnitude - radius - (1 << length)
    writer.bits(turn, (mantissa << 1) | (symbol < 0 ? 1 : 0), length + 1)
    writer.bits(turn, length, 4)
    s = centre + radius + 1
  }
  writer.step(turn, STARTS[s] as number, FREQUENCIES[s] as number)
}

class BackwardWriter {
  readonly #states = new Float64Array(STATES).fill(STATE_START)
  #words = new Uint16Array(4096)
  /** Index of the first used word: the array is filled from its end. */
  #free = 4096

  bits(turn: number, value: number, count: number): void {
    this.step(turn, value << (16 - count), 1 << (16 - count))
  }

  step(turn: number, start: number, frequency: number): void {
    let x = this.#states[turn] as number
    if (x >= frequency * 0x10000) {
      if (this.#free === 0) this.#grow()
      this.#words[--this.#free] = x
      x = Math.floor(x / 0x10000)
    }
    const quotient = Math.floor(x / frequency)
    this.#states[turn] = quotient * 0x10000 + start + (x - quotient * frequency)
  }

  finish(): Uint8Array {
    const words = this.#words.subarray(this.#free)
    const bytes = new Uint8Array(STATE_BYTES + 2 * words.length)
    const view = new DataView(bytes.buffer)
    this.#states.forEach((x, i) => {
      view.setUint32(4 * i, x, true)
    })
    for (let i = 0; i < words.length; i++) view.setUint16(STATE_BYTES + 2 * i, words[i] as number, true)
    return bytes
  }

  #grow(): void {
    const words = new Uint16Array(2 * this.#words.length)
    this.#free = words.length - this.#words.length
    words.set(this.#words, this.#free)
    this.#words = words
  }
}
