import { checkLength, instantiateKernels, type Kernels } from '../../../core/kernels.ts'
import type { Axis } from '../shared/axis.ts'
import { rowPitch } from '../shared/row-window.ts'
import { FEATURES, type LiffKernel, type LiffSource, TAPS } from './liff.ts'

/** Bytes per phase: four cubic weights, the first tap's offset, padding. */
const PHASE_BYTES = 16
const PIXEL_BYTES = 6
const FEATURE_BYTES = 2 * FEATURES
/** Pixels of a line besides the picture's width. */
const LINE_MARGIN = 4
/** Bytes behind an array that kernels may read and write, up to the end of a vector. */
const OVERRUN = 16

/** LIFF in WebAssembly, over build/kernels.wasm, with the samples of liffReference. One instance serves all pictures. */
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
  const [sourcePitch, pitch] = [rowPitch(width), rowPitch(target)]
  checkLength('picture', source.picture, source.rows * sourcePitch)
  checkLength('features', source.features, source.rows * (width + 2) * FEATURES)
  checkLength('bank', bank, rows.offsets.length * offsets.length * 3 * TAPS)
  checkLength('out', out, (bottom - top) * pitch)
  const sizes = [
    ...[2 * source.picture.length + OVERRUN, 2 * source.features.length],
    ...[2 * bank.length, 4 * target, PHASE_BYTES * offsets.length],
    ...[8 * rows.offsets.length, PIXEL_BYTES * (width + LINE_MARGIN) + OVERRUN, 2 * out.length + OVERRUN],
  ]
  const [picture, features, bankAt, columnsAt, phases, weights, line, outAt] = kernels.place(sizes) as [
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

  const featureBytes = FEATURE_BYTES * (width + 2)
  const filterBytes = 2 * 3 * TAPS * offsets.length
  const predicted = new Int16Array(buffer, outAt, out.length)
  for (let row = top; row < bottom; row++) {
    const phase = rows.phase[row]!
    const near = rows.nearest[row]!
    const pictureRow = (tap: number): number =>
      picture + 2 * sourcePitch * rowAt(source, near + rows.cubicStart[phase]! + tap, rows.source)
    const featureRow = (d: number): number => features + featureBytes * rowAt(source, near + d, rows.source)
    const to = (row - top) * pitch
    exports.liffCubic(
      ...([pictureRow(0), pictureRow(1), pictureRow(2), pictureRow(3)] as const),
      ...([width, weights + 8 * phase, line] as const),
    )
    exports.liffRow(
      ...([line, featureRow(-1), featureRow(0), featureRow(1), width] as const),
      ...([columnsAt, target, phases, offsets.length, bankAt + filterBytes * phase] as const),
      outAt + 2 * to,
    )
    if (target & 1) predicted.copyWithin(to + 3 * target, to + 3 * (target - 1), to + 3 * target)
  }
  out.set(predicted)
}

/** Index in the source of the picture's row `row`, clamped to the rows of the source. */
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
    for (let tap = 0; tap < 4; tap++) out.setInt16(at + 2 * tap, cubicWeights[4 * phase + tap]!, true)
    // A line begins two pixels to the left of the picture.
    out.setUint32(at + 8, PIXEL_BYTES * (cubicStart[phase]! + 2), true)
  }
}
