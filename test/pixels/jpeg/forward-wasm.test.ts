import { createWasmJpeg } from '../../../src/pixels/jpeg/forward-wasm.ts'
import { jpegConformance } from '../../conformance/jpeg.ts'
import { kernelModule } from '../../kernels.ts'

jpegConformance('jpeg-wasm', () => createWasmJpeg(kernelModule()))
