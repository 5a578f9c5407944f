import { StrataError } from '../../../core/errors.ts'
import { checkLength, instantiateKernels } from '../../../core/kernels.ts'
import { rowPitch } from '../shared/row-window.ts'
import type { CellKernel } from './cell-kernel.ts'

/** Values that the kernels of wasm/cells.ts process at a time; channel counts are multiples of it. */
const VECTOR = 8
/** Bytes behind an array that kernels may read and write, up to the end of a vector. */
const OVERRUN = 32

/** A CellKernel in WebAssembly, over build/kernels.wasm, with the integers of referenceCells. One serves all pictures. */
export function createWasmCells(module: WebAssembly.Module): CellKernel {
  const { exports, place } = instantiateKernels(module)
  const { memory } = exports
  return {
    context(rows, columns, channels, out, pitch) {
      checkChannels(channels)
      const length = 2 * channels * columns.length
      const longest = Math.max(0, ...rows.map((row) => row?.values.length ?? 0))
      const sizes = [4 * columns.length, 2 * longest, longest, 2 * length]
      const [columnsAt, values, scaleIndexes, outAt] = place(sizes) as [number, number, number, number]
      const context = new Int16Array(memory.buffer, outAt, length)
      new Int32Array(memory.buffer, columnsAt, columns.length).set(columns)
      for (const [index, row] of rows.entries()) {
        if (!row) continue
        new Int16Array(memory.buffer, values, longest).set(row.values)
        new Uint8Array(memory.buffer, scaleIndexes, longest).set(row.scaleIndexes)
        exports.cellContext(columnsAt, columns.length, channels, values, scaleIndexes, outAt)
        out.set(context, index * pitch)
      }
    },
    dequantize(rows, run, gains, limit) {
      checkChannels(gains.length)
      const out = new Int16Array(rows.length * run)
      const [gainsAt, from, to] = place([8 * gains.length, 2 * run, 2 * run]) as [number, number, number]
      new Float64Array(memory.buffer, gainsAt, gains.length).set(gains)
      const [given, found] = [from, to].map((at) => new Int16Array(memory.buffer, at, run)) as [
        Int16Array,
        Int16Array,
      ]
      for (const [index, row] of rows.entries()) {
        if (!row) continue
        checkLength('row', row, run)
        given.set(row)
        exports.cellDequantize(from, run / gains.length, gains.length, gainsAt, limit, to)
        out.set(found, index * run)
      }
      return out
    },
    bytes(samples, width) {
      const pitch = rowPitch(width)
      const rows = samples.length / pitch
      const out = new Uint8Array(3 * width * rows)
      const [from, to] = place([2 * samples.length + OVERRUN, out.length + OVERRUN]) as [number, number]
      new Int16Array(memory.buffer, from, samples.length).set(samples)
      // From the top down, because a kernel writes beyond its row into the next one.
      for (let row = 0; row < rows; row++)
        exports.cellBytes(from + 2 * row * pitch, 3 * width, to + 3 * row * width)
      out.set(new Uint8Array(memory.buffer, to, out.length))
      return out
    },
    bound(samples, high, out) {
      checkLength('out', out, samples.length)
      const [at] = place([2 * samples.length + OVERRUN]) as [number]
      const view = new Int16Array(memory.buffer, at, samples.length)
      view.set(samples)
      exports.cellBound(at, samples.length, high)
      out.set(view)
    },
  }
}

function checkChannels(channels: number): void {
  if (channels % VECTOR !== 0) {
    throw new StrataError('INTERNAL', `channels: expected a multiple of ${VECTOR}, got ${channels}`)
  }
}
