import { irn } from '../../../src/codec/irn/index.ts'
import { FACTORS } from '../../../src/codec/irn/model.ts'
import { rescalerConformance } from '../../conformance/rescaler.ts'
import { decodePicture, encodePng, openModel } from './harness.ts'

for (const factor of FACTORS) {
  const make = () => irn({ model: openModel(factor), decodePicture, encodePng })
  // The model was trained on photographs, so the thumbnails of drawings show errors.
  rescalerConformance(`irn ${factor}x`, make, { thumbnail: 23, tiny: 12, gain: 0.5 })
}
