import { describe } from 'vitest'
import { hyperThumbnail } from '../../../src/codec/hyperthumbnail/index.ts'
import { createWasmJpeg } from '../../../src/pixels/jpeg/forward-wasm.ts'
import { rescalerConformance } from '../../conformance/rescaler.ts'
import { kernelModule } from '../../kernels.ts'
import { decodePicture, HAS_MODEL, openModel } from './harness.ts'

describe.skipIf(!HAS_MODEL)('with the committed model', () => {
  rescalerConformance('hyperThumbnail', () =>
    hyperThumbnail({ model: openModel(), decodePicture, kernel: createWasmJpeg(kernelModule()) }),
  )
})
