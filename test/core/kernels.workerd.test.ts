import module from '../../build/kernels.wasm'
import { createWasmLiff } from '../../src/codec/compass/kernels/liff-wasm.ts'
import { createWasmRans } from '../../src/entropy/rans-wasm.ts'
import { createWasmJpeg } from '../../src/pixels/jpeg/forward-wasm.ts'
import { createWasmResampler } from '../../src/pixels/resample-wasm.ts'
import { entropyConformance } from '../conformance/entropy.ts'
import { jpegConformance } from '../conformance/jpeg.ts'
import { liffConformance } from '../conformance/liff.ts'
import { resampleConformance } from '../conformance/resample.ts'

// Runs the kernels in workerd, where they are deployed, from a module that the bundler compiled.
entropyConformance('rans-wasm in workerd', () => createWasmRans(module))
jpegConformance('jpeg-wasm in workerd', () => createWasmJpeg(module))
liffConformance('liff-wasm in workerd', () => createWasmLiff(module))
resampleConformance('resample-wasm in workerd', () => createWasmResampler(module))
