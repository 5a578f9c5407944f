import { StrataError } from './errors.ts'

/** Exports of wasm/kernels.ts. Pointers are byte offsets into `memory`. */
interface KernelExports {
  readonly memory: WebAssembly.Memory
  cellBound(samples: number, count: number, high: number): void
  cellBytes(samples: number, count: number, out: number): void
  cellContext(
    columns: number,
    count: number,
    channels: number,
    values: number,
    indexes: number,
    out: number,
  ): void
  cellDequantize(
    values: number,
    cells: number,
    channels: number,
    gains: number,
    limit: number,
    out: number,
  ): void
  heapBase(): number
  jpegConvert420(...args: JpegConvertArguments): void
  jpegConvert444(...args: JpegConvertArguments): void
  jpegEmit(tokens: number, count: number, codes: number, lengths: number, state: number, out: number): number
  jpegQuantize(
    samples: number,
    stride: number,
    advance: number,
    count: number,
    tables: number,
    out: number,
    step: number,
  ): void
  jpegTokenize(coefficients: number, mcus: number, lumaBlocks: number, dc: number, out: number): number
  liffCubic(
    ...args: [
      ...[r0: number, r1: number, r2: number, r3: number],
      ...[width: number, weights: number, line: number],
    ]
  ): void
  liffRow(
    ...args: [
      ...[line: number, above: number, middle: number, below: number, width: number],
      ...[columns: number, target: number, phases: number, phaseCount: number, bank: number],
      out: number,
    ]
  ): void
  matrixAddProduct(a: number, b: number, c: number, n: number, k: number, m: number): void
  networkCopy(
    ...args: [
      ...[from: number, fromRow: number, fromCell: number, to: number, toRow: number, toCell: number],
      ...[rows: number, cells: number, bytes: number],
    ]
  ): void
  networkDense(task: number): void
  networkDepthwise(task: number): void
  networkSum(
    ...args: [
      ...[a: number, aRow: number, b: number, bRow: number, out: number, outRow: number],
      ...[rows: number, bytes: number],
    ]
  ): void
  passHalves(runs: number, count: number, channels: number, values: number, out: number): void
  passMagnitudes(runs: number, count: number, channels: number, values: number, out: number): void
  passStore(
    ...args: [
      ...[runs: number, count: number, channels: number, means: number, tables: number, symbols: number],
      ...[values: number, indexes: number],
    ]
  ): void
  passTables(runs: number, count: number, channels: number, wide: number, out: number): void
  ransDecode(
    tables: number,
    indexes: number,
    count: number,
    out: number,
    input: number,
    state: number,
  ): number
  resampleAcross(
    ...args: [
      ...[channels: number, pixels: number, width: number, spread: number, first: number, weights: number],
      ...[pairs: number, outWidth: number, out: number],
    ]
  ): void
  resampleDown(
    ring: number,
    pitch: number,
    slots: number,
    slot: number,
    weights: number,
    pairs: number,
    out: number,
  ): void
}

type JpegConvertArguments = [
  rgb: number,
  width: number,
  rows: number,
  scratch: number,
  stride: number,
  y: number,
  cb: number,
  cr: number,
]

/** One instance of the kernels with its own memory. Calls are synchronous, so one instance serves many pictures. */
export interface Kernels {
  readonly exports: KernelExports
  /**
   * Reserves memory for good, at a multiple of 16, in front of the sections of `place`. Sections placed earlier become
   * invalid.
   *
   * @param bytes size of the reserved memory
   * @returns its pointer
   * @throws StrataError INTERNAL when the memory cannot grow
   */
  keep(bytes: number): number
  /**
   * Places sections one after the other, each at a multiple of 16, and grows the memory to hold them. Every call starts
   * again behind the reserved memory, so sections of an earlier call become invalid. Growing detaches all views: make
   * views after this call.
   *
   * @param sizes of the sections, in bytes
   * @returns their pointers
   * @throws StrataError INTERNAL when the memory cannot grow
   */
  place(sizes: readonly number[]): number[]
}

const PAGE = 65536

/**
 * @param module build/kernels.wasm, compiled; each runtime loads it in its own way
 */
export function instantiateKernels(module: WebAssembly.Module): Kernels {
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as KernelExports
  const { memory } = exports

  let kept = align(exports.heapBase())

  function keep(bytes: number): number {
    const pointer = kept
    const end = align(kept + bytes)
    reach(memory, end)
    kept = end
    return pointer
  }

  function place(sizes: readonly number[]): number[] {
    let end = kept
    const pointers = sizes.map((size) => {
      const pointer = end
      end = align(end + size)
      return pointer
    })
    reach(memory, end)
    return pointers
  }

  return { exports, keep, place }
}

/**
 * Checks the length of an array before a kernel uses it, because a kernel cannot see where an array ends.
 * @throws StrataError INTERNAL when the length is not `expected`
 */
export function checkLength(name: string, { length }: { readonly length: number }, expected: number): void {
  if (length !== expected) {
    throw new StrataError('INTERNAL', `${name}: expected ${expected} values, got ${length}`)
  }
}

function reach(memory: WebAssembly.Memory, end: number): void {
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE)
  if (missing > 0) grow(memory, missing)
}

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages)
  } catch (cause) {
    throw new StrataError('INTERNAL', `the kernels' memory cannot grow by ${pages * PAGE} bytes`, { cause })
  }
}

function align(pointer: number): number {
  return 16 * Math.ceil(pointer / 16)
}
