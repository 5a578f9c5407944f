import { createResampler } from '../../src/pixels/resample.ts'
import { createWasmResampler } from '../../src/pixels/resample-wasm.ts'
import { resampleConformance } from '../conformance/resample.ts'
import { kernelModule } from '../kernels.ts'

resampleConformance('the reference', () => createResampler)
resampleConformance('resample-wasm', () => createWasmResampler(kernelModule()))
