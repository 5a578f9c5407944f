import sharp from 'sharp'
import type { RgbImage } from '../../src/core/image.ts'
import { createAvifEncoder } from '../../src/edge/transcoder/encoders/avif.ts'
import { createJpegEncoder } from '../../src/edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from '../../src/edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../../src/edge/transcoder/encoders/webp.ts'
import { AVIF_WASM, packageWasm, WEBP_WASM } from '../../src/node/package-wasm.ts'
import { createWasmJpeg } from '../../src/pixels/jpeg/forward-wasm.ts'
import { encoderConformance, loadedEncoderConformance } from '../conformance/encoder.ts'
import { kernelModule } from '../kernels.ts'

async function decode(file: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: new Uint8Array(data) }
}

encoderConformance('avif', {
  make: () => createAvifEncoder(() => packageWasm(AVIF_WASM)),
  decode,
  fidelity: 25,
})
encoderConformance('webp', {
  make: () => createWebpEncoder(() => packageWasm(WEBP_WASM)),
  decode,
  fidelity: 25,
})
encoderConformance('jpeg', { make: () => createJpegEncoder(), decode, fidelity: 25 })
encoderConformance('jpeg over the kernels', {
  make: () => createJpegEncoder(createWasmJpeg(kernelModule())),
  decode,
  fidelity: 25,
})
encoderConformance('png', { make: createPngEncoder, decode, fidelity: 99, lossless: true })

loadedEncoderConformance('avif', createAvifEncoder, () => packageWasm(AVIF_WASM))
loadedEncoderConformance('webp', createWebpEncoder, () => packageWasm(WEBP_WASM))
