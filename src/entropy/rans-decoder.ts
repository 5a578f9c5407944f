import { StrataError } from '../core/errors.ts'
import { ENTROPY_TABLES, MAX_SYMBOL, TABLES } from './tables.ts'
import type { EntropyCoder, EntropyDecoder } from './types.ts'

/*
 * rANS (Duda, arXiv:1311.2540) with four interleaved states: coded symbol t of the stream uses state t & 3.
 *
 *   offset 0   u32 x 4   the states, each >= 2^16
 *   offset 16  u16 ...   renormalization words in the order of reading
 *
 * Everything is little-endian. A state is kept in [2^16, 2^32); with 16-bit frequencies each step needs at most one
 * word. An escape is followed, on the same state, by 4 bits n and by n + 1 bits: mantissa, then sign.
 */
export const STATES = 4
export const STATE_BYTES = 4 * STATES
export const STATE_START = 0x10000

/** The decoder in TypeScript: the reference that every other implementation must equal. */
export const ransCoder: EntropyCoder = {
  name: 'rans-ts',
  decoder: (bytes) => new RansDecoder(bytes),
}

/** Reads the four initial states, as unsigned numbers. */
export function readStates(bytes: Uint8Array): Uint32Array {
  if (bytes.length < STATE_BYTES || bytes.length % 2 !== 0) {
    throw corrupt(`expected an even number of at least ${STATE_BYTES} bytes, got ${bytes.length}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const states = Uint32Array.from({ length: STATES }, (_, i) => view.getUint32(4 * i, true))
  if (states.some((x) => x < STATE_START)) throw corrupt('a state lies below 2^16')
  return states
}

/** Checks the arguments of `decode`. A wrong argument is a defect of the caller, not of the data. */
export function checkDecodeArguments(indexes: Uint8Array, out: Int16Array): void {
  if (indexes.length !== out.length) {
    throw new StrataError('INTERNAL', `out: expected ${indexes.length} symbols, got ${out.length}`)
  }
}

/** Checks that a stream was read to its end and that the states returned to their start value. */
export function checkEnd(states: Uint32Array, unused: number): void {
  if (unused !== 0) throw corrupt(`${unused} bytes are left over`)
  if (states.some((x) => x !== STATE_START)) throw corrupt('the final states are not those of the encoder')
}

export function corrupt(what: string): StrataError {
  return new StrataError('ENTROPY_CORRUPT', `entropy-coded data: ${what}`)
}

class RansDecoder implements EntropyDecoder {
  readonly #bytes: Uint8Array
  readonly #states: Uint32Array
  #position = STATE_BYTES
  #turn = 0

  constructor(bytes: Uint8Array) {
    this.#states = readStates(bytes)
    this.#bytes = bytes
  }

  decode(indexes: Uint8Array, out: Int16Array): void {
    checkDecodeArguments(indexes, out)
    const { last, centre, radius, buckets } = ENTROPY_TABLES
    const states = this.#states
    for (let i = 0; i < indexes.length; i++) {
      const table = indexes[i] as number
      if (table === 0) {
        out[i] = 0
        continue
      }
      if (table >= TABLES) throw new StrataError('INTERNAL', `table index: expected 0..63, got ${table}`)
      const turn = this.#turn
      this.#turn = (turn + 1) & (STATES - 1)
      const x = states[turn] as number
      const slot = x & 0xffff
      let s = buckets[(table << 8) | (slot >>> 8)] as number
      while (slot > (last[s] as number)) s++
      const before = last[s - 1] as number
      const frequency = ((last[s] as number) - before) & 0xffff
      this.#renormalize(turn, Math.imul(frequency, x >>> 16) + ((slot - before - 1) & 0xffff))
      const k = s - (centre[table] as number)
      const r = radius[table] as number
      out[i] = k <= r ? k : this.#escaped(turn, r)
    }
  }

  finish(): void {
    checkEnd(this.#states, this.#bytes.length - this.#position)
  }

  #escaped(turn: number, radius: number): number {
    const length = this.#bits(turn, 4)
    const tail = this.#bits(turn, length + 1)
    const magnitude = radius + ((1 << length) | (tail >>> 1))
    if (magnitude > MAX_SYMBOL) throw corrupt(`a symbol of magnitude ${magnitude}`)
    return (tail & 1) === 1 ? -magnitude : magnitude
  }

  /** Reads `count` equally likely bits: the top bits of the slot. */
  #bits(turn: number, count: number): number {
    const x = this.#states[turn] as number
    const shift = 16 - count
    const slot = x & 0xffff
    this.#renormalize(turn, ((x >>> 16) << shift) + (slot & ((1 << shift) - 1)))
    return slot >>> shift
  }

  #renormalize(turn: number, x: number): void {
    if (x >>> 16 === 0) {
      const at = this.#position
      if (at >= this.#bytes.length) throw corrupt('the data end too early')
      x = (x << 16) | (this.#bytes[at] as number) | ((this.#bytes[at + 1] as number) << 8)
      this.#position = at + 2
    }
    this.#states[turn] = x
  }
}
