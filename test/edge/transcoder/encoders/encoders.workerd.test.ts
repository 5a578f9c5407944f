import avif from '@jsquash/avif/codec/enc/avif_enc.wasm'
import webp from '@jsquash/webp/codec/enc/webp_enc_simd.wasm'
import kernels from '../../../../build/kernels.wasm'
import { createAvifEncoder } from '../../../../src/edge/transcoder/encoders/avif.ts'
import { createJpegEncoder } from '../../../../src/edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from '../../../../src/edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../../../../src/edge/transcoder/encoders/webp.ts'
import { createWasmJpeg } from '../../../../src/pixels/jpeg/forward-wasm.ts'
import { encoderConformance, loadedEncoderConformance } from '../../../conformance/encoder.ts'

// The encoders where they are deployed: modules that the bundler compiled, no fetch, no code from text.
encoderConformance('avif in workerd', { make: () => createAvifEncoder(async () => avif), fidelity: 25 })
encoderConformance('webp in workerd', { make: () => createWebpEncoder(async () => webp), fidelity: 25 })
encoderConformance('jpeg in workerd', {
  make: () => createJpegEncoder(createWasmJpeg(kernels)),
  fidelity: 25,
})
encoderConformance('png in workerd', { make: createPngEncoder, fidelity: 99, lossless: true })

loadedEncoderConformance('avif in workerd', createAvifEncoder, async () => avif)
loadedEncoderConformance('webp in workerd', createWebpEncoder, async () => webp)
