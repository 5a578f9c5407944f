import { expect, it } from 'vitest'
import { referenceCells } from '../../../../src/codec/compass/kernels/cell-kernel.ts'
import { createWasmCells } from '../../../../src/codec/compass/kernels/cell-kernel-wasm.ts'
import { cellConformance } from '../../../conformance/cells.ts'
import { kernelModule } from '../../../kernels.ts'

cellConformance('the reference', () => referenceCells)
cellConformance('cells-wasm', () => createWasmCells(kernelModule()))

it('throws INTERNAL for channel counts and lengths that the cell kernels do not support', () => {
  const kernel = createWasmCells(kernelModule())
  const failure = expect.objectContaining({ code: 'INTERNAL' })
  expect(() => kernel.dequantize([new Int16Array(12)], 12, new Float64Array(12), 9)).toThrow(failure)
  expect(() => kernel.dequantize([new Int16Array(15)], 16, new Float64Array(8), 9)).toThrow(failure)
  expect(() => kernel.context([], Int32Array.of(0), 9, new Int16Array(18), 18)).toThrow(failure)
  expect(() => kernel.bound(new Int16Array(3), 9, new Int16Array(2))).toThrow(failure)
})
