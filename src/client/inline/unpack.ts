/*
 * Tables of small integers from few bytes: the inverse of models/strata_models/inline/pack.py, an adaptive binary range
 * coder. A magnitude is in unary, from UNARY on in Exp-Golomb; a sign follows. The probabilities of the unary bits adapt,
 * each in the context of the mean magnitude so far in the integer's column.
 */

const LEVELS = 16
const UNARY = 14
/** Rows in the mean of a column. */
const MEMORY = 10
/** Bits in the mean that is a probability. */
const LIMIT = 255

class Reader {
  readonly #bytes: Uint8Array
  #at = 0
  #range = 0xffffffff
  #code = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    for (let i = 0; i < 4; i++) this.#next()
  }

  /** The next bit, with a probability of `one` / 65536 that it is 1. */
  bit(one: number): boolean {
    return this.#narrow((this.#range >>> 16) * one)
  }

  /** The next bit, with a probability of 1/2. */
  plain(): boolean {
    return this.#narrow(this.#range >>> 1)
  }

  #narrow(below: number): boolean {
    const bit = this.#code < below
    if (bit) this.#range = below
    else {
      this.#code -= below
      this.#range -= below
    }
    while (this.#range < 1 << 24) {
      this.#range *= 256
      this.#next()
    }
    return bit
  }

  #next(): void {
    this.#code = (this.#code % 2 ** 24) * 256 + (this.#bytes[this.#at++] ?? 0)
  }
}

/** @returns for each table [rows, columns] its integers times its step */
export function unpack<Name extends string>(
  bytes: Uint8Array,
  tables: Readonly<Record<Name, readonly [rows: number, columns: number, step: number]>>,
): Record<Name, Float32Array> {
  const reader = new Reader(bytes)
  const out = {} as Record<Name, Float32Array>
  for (const name of Object.keys(tables) as Name[]) {
    const [rows, columns, step] = tables[name]
    out[name] = unpackTable(reader, rows, columns).map((value) => value * step)
  }
  return out
}

function unpackTable(reader: Reader, rows: number, columns: number): Float32Array {
  const ones = new Int32Array(LEVELS * UNARY).fill(32768)
  const counts = new Int32Array(LEVELS * UNARY)
  /** In 1/256. */
  const means = new Int32Array(columns)
  const table = new Float32Array(rows * columns)
  for (let i = 0; i < table.length; i++) {
    const column = i % columns
    const mean = means[column]!
    const first = UNARY * Math.min(LEVELS - 1, 32 - Math.clz32(mean))
    let magnitude = 0
    for (let isMore = true; isMore && magnitude < UNARY; ) {
      const state = first + magnitude
      isMore = reader.bit(ones[state]!)
      const change = Math.trunc((2 * ((isMore ? 65536 : 0) - ones[state]!)) / (2 * counts[state]! + 3))
      ones[state] = Math.max(64, Math.min(65472, ones[state]! + change))
      if (counts[state]! < LIMIT) counts[state]!++
      if (isMore) magnitude++
    }
    if (magnitude === UNARY) {
      let length = 0
      while (reader.plain()) length++
      let rest = 1
      for (; length > 0; length--) rest = 2 * rest + (reader.plain() ? 1 : 0)
      magnitude += rest - 1
    }
    table[i] = magnitude > 0 && reader.plain() ? -magnitude : magnitude
    means[column] = mean + Math.floor((256 * Math.min(magnitude, 255) - mean) / MEMORY)
  }
  return table
}
