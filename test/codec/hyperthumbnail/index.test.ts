import { hyperThumbnail } from '../../../src/codec/hyperthumbnail/index.ts'
import { createWasmJpeg } from '../../../src/pixels/jpeg/forward-wasm.ts'
import { rescalerConformance } from '../../conformance/rescaler.ts'
import { kernelModule } from '../../kernels.ts'
import { decodePicture, FACTORS, openModel } from './harness.ts'

for (const factor of FACTORS) {
  rescalerConformance(
    `hyperThumbnail ${factor}x`,
    () => hyperThumbnail({ model: openModel(factor), decodePicture, kernel: createWasmJpeg(kernelModule()) }),
    // Strokes one pixel wide cannot be hidden unseen.
    { thumbnail: 20, tiny: 13, gain: factor === 2 ? 0.5 : 0.3 },
  )
}
