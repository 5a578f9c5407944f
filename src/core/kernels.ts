import { StrataError } from './errors.ts'

/** What wasm/kernels.ts exports. Pointers are byte offsets into `memory`. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory
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
      ...[plane: number, width: number, weights: number, lines: number, pitch: number],
    ]
  ): void
  liffRow(
    ...args: [
      ...[lines: number, pitch: number, above: number, middle: number, below: number, width: number],
      ...[columns: number, target: number, phases: number, phaseCount: number, bank: number],
      ...[out: number, plane: number],
    ]
  ): void
  ransDecode(
    tables: number,
    indexes: number,
    count: number,
    out: number,
    input: number,
    state: number,
  ): number
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

/** One instance of the kernels with a memory of its own. Calls are synchronous, so one serves many pictures. */
export interface Kernels {
  readonly exports: KernelExports
  /**
   * Places sections of these sizes (bytes) one after the other, each at a multiple of 16, and grows the memory to hold
   * them. Every call starts again at the beginning. Growing detaches all views: make views after it, for each use.
   *
   * @returns their pointers
   * @throws StrataError INTERNAL when the memory cannot grow
   */
  place(sizes: readonly number[]): number[]
}

const PAGE = 65536

/**
 * @param module build/kernels.wasm, compiled; how it is loaded is the runtime's business
 */
export function instantiateKernels(module: WebAssembly.Module): Kernels {
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as KernelExports
  const { memory } = exports

  function place(sizes: readonly number[]): number[] {
    let end = align(exports.heapBase())
    const pointers = sizes.map((size) => {
      const pointer = end
      end = align(end + size)
      return pointer
    })
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE)
    if (missing > 0) grow(memory, missing)
    return pointers
  }

  return { exports, place }
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
