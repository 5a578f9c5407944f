import { expect, it } from 'vitest'
import { FEATURES, TAPS } from '../../../../src/codec/compass/kernels/liff.ts'
import { createWasmLiff } from '../../../../src/codec/compass/kernels/liff-wasm.ts'
import { makeAxis } from '../../../../src/codec/compass/shared/axis.ts'
import { liffConformance } from '../../../conformance/liff.ts'
import { kernelModule } from '../../../kernels.ts'

liffConformance('liff-wasm', () => createWasmLiff(kernelModule()))

it('throws INTERNAL for arrays of the wrong length before it calls the LIFF kernel', () => {
  const kernel = createWasmLiff(kernelModule())
  const axis = makeAxis(4, 8)
  const lengths = { picture: 48, features: 4 * 6 * FEATURES, bank: 4 * 3 * TAPS, out: 8 * 24 }
  for (const name of Object.keys(lengths)) {
    const array = (key: keyof typeof lengths) => new Int16Array(lengths[key] - (key === name ? 1 : 0))
    const source = { top: 0, rows: 4, picture: array('picture'), features: array('features') }
    const failure = expect.objectContaining({
      code: 'INTERNAL',
      message: expect.stringContaining(`${name}: expected`),
    })
    expect(() => kernel(source, array('bank'), axis, axis, 0, 8, array('out'))).toThrow(failure)
  }
})
