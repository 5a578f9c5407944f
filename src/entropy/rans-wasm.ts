import { StrataError } from '../core/errors.ts'
import { instantiateKernels, type Kernels } from '../core/kernels.ts'
import { checkDecodeArguments, checkEnd, corrupt, readStates, STATE_BYTES } from './rans-decoder.ts'
import { ENTROPY_TABLES, TABLES } from './tables.ts'
import type { EntropyCoder, EntropyDecoder } from './types.ts'

/** Symbols per call of the kernel, so that its memory does not depend on the size of the picture. */
const CHUNK = 1 << 14

/** The kernel reads at most three words per symbol, and one word ahead. */
const INPUT_BYTES = 6 * CHUNK + 2

/** Result codes of wasm/rans.ts. */
const BAD_SYMBOL = 1
const BAD_TABLE = 2

/** Value of k that marks an escape. */
const ESCAPE = -32768

/** The decoder in WebAssembly, over build/kernels.wasm. All its decoders share one instance of the kernels. */
export function createWasmRans(module: WebAssembly.Module): EntropyCoder {
  const kernels = instantiateKernels(module)
  const packed = packTables()
  const memory = layOut(kernels, packed.length)
  new Uint8Array(kernels.exports.memory.buffer).set(packed, memory.tables)
  return { name: 'rans-wasm', decoder: (bytes) => new WasmRansDecoder(kernels, memory, bytes) }
}

interface Memory {
  readonly tables: number
  readonly indexes: number
  readonly out: number
  readonly input: number
  readonly state: number
}

function layOut(kernels: Kernels, tableBytes: number): Memory {
  const sizes = [tableBytes, CHUNK, 2 * CHUNK, INPUT_BYTES, STATE_BYTES + 4]
  const [tables, indexes, out, input, state] = kernels.place(sizes) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return { tables, indexes, out, input, state }
}

/** Packs the tables as wasm/rans.ts expects them: buckets, radii, then `last | k << 16` for each symbol. */
export function packTables(): Uint8Array {
  const { buckets, centre, radius, last } = ENTROPY_TABLES
  const bytes = new Uint8Array(2 * (buckets.length + radius.length) + 4 * last.length)
  new Uint16Array(bytes.buffer).set([...buckets, ...radius])
  const entries = new Uint32Array(bytes.buffer, 2 * (buckets.length + radius.length))
  for (let table = 0; table < TABLES; table++) {
    const [c, r] = [centre[table]!, radius[table]!]
    entries[c - r - 1] = last[c - r - 1]!
    for (let k = -r; k <= r; k++) entries[c + k] = last[c + k]! | (k << 16)
    entries[c + r + 1] = last[c + r + 1]! | (ESCAPE << 16)
  }
  return bytes
}

class WasmRansDecoder implements EntropyDecoder {
  readonly #kernels: Kernels
  readonly #memory: Memory
  readonly #bytes: Uint8Array
  /** The four states, rotated: the state of the next symbol comes first. */
  readonly #states: Uint32Array
  #position = STATE_BYTES

  constructor(kernels: Kernels, memory: Memory, bytes: Uint8Array) {
    this.#states = readStates(bytes)
    this.#kernels = kernels
    this.#memory = memory
    this.#bytes = bytes
  }

  decode(indexes: Uint8Array, out: Int16Array): void {
    checkDecodeArguments(indexes, out)
    for (let from = 0; from < indexes.length; from += CHUNK) {
      this.#chunk(indexes.subarray(from, from + CHUNK), out.subarray(from, from + CHUNK))
    }
  }

  finish(): void {
    checkEnd(this.#states, this.#bytes.length - this.#position)
  }

  #chunk(indexes: Uint8Array, out: Int16Array): void {
    const { exports } = this.#kernels
    const { tables, indexes: indexesAt, out: outAt, input, state } = this.#memory
    const { buffer } = exports.memory
    const bytes = new Uint8Array(buffer)
    const states = new Uint32Array(buffer, state, this.#states.length)
    const left = this.#bytes.subarray(this.#position)
    bytes.set(indexes, indexesAt)
    bytes.set(left.subarray(0, INPUT_BYTES), input)
    states.set(this.#states)

    const used = exports.ransDecode(tables, indexesAt, indexes.length, outAt, input, state) - input
    const result = new Int32Array(buffer, state + STATE_BYTES, 1)[0]
    if (result === BAD_TABLE) throw new StrataError('INTERNAL', 'table index: expected 0..63, got more')
    if (used > left.length) throw corrupt('the data end too early')
    if (result === BAD_SYMBOL) throw corrupt('a symbol of magnitude above 32767')
    out.set(new Int16Array(buffer, outAt, out.length))
    this.#states.set(states)
    this.#position += used
  }
}
