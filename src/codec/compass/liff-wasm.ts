import { StrataError } from '../../core/errors.ts'
import { instantiateKernels, type Kernels } from '../../core/kernels.ts'
import type { Axis } from './axis.ts'
import { FEATURES, type LiffKernel, type LiffSource, TAPS } from './liff.ts'

/** Bytes per phase: four cubic weights twice, the first tap's offset, padding. */
const PHASE_BYTES = 32
/** Samples of a line beyond the picture's width: margins, and what a vector store runs over. */
const LINE_MARGIN = 12
const FEATURE_BYTES = 2 * FEATURES
/** A row may be read to the end of its last vector. */
const OVERRUN = 16

/** LIFF in WebAssembly, over build/kernels.wasm: the samples of liffReference. One instance serves all pictures. */
export function createWasmLiff(module: WebAssembly.Module): LiffKernel {
  const kernels = instantiateKernels(module)
  return (source, bank, rows, columns, top, bottom, out) => {
    run(kernels, source, bank, rows, columns, top, bottom, out)
  }
}

function run(
  kernels: Kernels,
  ...[source, bank, rows, columns, top, bottom, out]: Parameters<LiffKernel>
): void {
  const { exports } = kernels
  const { source: width, target, offsets } = columns
  const pitch = 2 * (width + LINE_MARGIN)
  const plane = 2 * (bottom - top) * target
  checkLength('picture', source.picture, 3 * source.rows * width)
  checkLength('features', source.features, source.rows * (width + 2) * FEATURES)
  checkLength('bank', bank, rows.offsets.length * offsets.length * 3 * TAPS)
  checkLength('out', out, 3 * (bottom - top) * target)
  const sizes = [
    ...[2 * source.picture.length + OVERRUN, 2 * source.features.length],
    ...[2 * bank.length, 4 * target, PHASE_BYTES * offsets.length],
    ...[8 * rows.offsets.length, 3 * pitch, 3 * plane],
  ]
  const [picture, features, bankAt, columnsAt, phases, weights, lines, outAt] = kernels.place(sizes) as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ]
  const { buffer } = exports.memory
  const put = (at: number, values: Int16Array): void => new Int16Array(buffer, at, values.length).set(values)
  put(picture, source.picture)
  put(features, source.features)
  put(bankAt, bank)
  put(weights, rows.cubicWeights)
  packColumns(columns, new Uint32Array(buffer, columnsAt, target))
  packPhases(columns, new DataView(buffer, phases, PHASE_BYTES * offsets.length))

  const rowBytes = 2 * width
  const featureBytes = FEATURE_BYTES * (width + 2)
  const filterBytes = 2 * 3 * TAPS * offsets.length
  for (let row = top; row < bottom; row++) {
    const phase = rows.phase[row]!
    const near = rows.nearest[row]!
    const pictureRow = (tap: number): number =>
      picture + rowBytes * rowAt(source, near + rows.cubicStart[phase]! + tap, rows.source)
    const featureRow = (d: number): number => features + featureBytes * rowAt(source, near + d, rows.source)
    exports.liffCubic(
      ...([pictureRow(0), pictureRow(1), pictureRow(2), pictureRow(3)] as const),
      ...([rowBytes * source.rows, width, weights + 8 * phase, lines, pitch] as const),
    )
    exports.liffRow(
      ...([lines, pitch, featureRow(-1), featureRow(0), featureRow(1), width] as const),
      ...([columnsAt, target, phases, offsets.length, bankAt + filterBytes * phase] as const),
      ...([outAt + 2 * (row - top) * target, plane] as const),
    )
  }
  out.set(new Int16Array(buffer, outAt, 3 * (bottom - top) * target))
}

/** A kernel cannot see where an array ends. */
function checkLength(name: string, values: Int16Array, expected: number): void {
  if (values.length !== expected) {
    throw new StrataError('INTERNAL', `${name}: expected ${expected} values, got ${values.length}`)
  }
}

/** Row at hand that stands for `row` of the picture, never outside what is at hand. */
function rowAt({ top, rows }: LiffSource, row: number, height: number): number {
  const inside = Math.min(Math.max(row, 0), height - 1)
  return Math.min(Math.max(inside - top, 0), rows - 1)
}

function packColumns({ nearest, phase }: Axis, out: Uint32Array): void {
  for (let x = 0; x < out.length; x++) out[x] = nearest[x]! | (phase[x]! << 16)
}

function packPhases({ offsets, cubicStart, cubicWeights }: Axis, out: DataView): void {
  for (let phase = 0; phase < offsets.length; phase++) {
    const at = PHASE_BYTES * phase
    for (let i = 0; i < 8; i++) out.setInt16(at + 2 * i, cubicWeights[4 * phase + (i & 3)]!, true)
    // A line begins two samples before the picture.
    out.setUint32(at + 16, 2 * (cubicStart[phase]! + 2), true)
  }
}
