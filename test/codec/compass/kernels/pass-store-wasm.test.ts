import { expect, it } from 'vitest'
import { referencePassStore } from '../../../../src/codec/compass/kernels/pass-store.ts'
import { createWasmPassStore } from '../../../../src/codec/compass/kernels/pass-store-wasm.ts'
import { passStoreConformance } from '../../../conformance/pass-store.ts'
import { kernelModule } from '../../../kernels.ts'

passStoreConformance('the reference', () => referencePassStore)
passStoreConformance('pass-store-wasm', () => createWasmPassStore(kernelModule()))

it('throws INTERNAL for channel counts and lengths that the pass kernels do not support', () => {
  const strip = { rows: 1, values: new Int16Array(24), scaleIndexes: new Uint8Array(24) }
  const store = createWasmPassStore(kernelModule())(strip)
  const failure = expect.objectContaining({ code: 'INTERNAL' })
  const runs = Int32Array.of(0)
  expect(() => store.magnitudes(runs, 12)).toThrow(failure)
  expect(() => store.tables(runs, 8, new Int16Array(9))).toThrow(failure)
  const [means, tables] = [new Int16Array(8), new Uint8Array(8)]
  expect(() => store.store(runs, 8, means, tables, new Int16Array(7))).toThrow(failure)
})
