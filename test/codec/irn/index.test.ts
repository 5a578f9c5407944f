import { irn } from '../../../src/codec/irn/index.ts'
import { SCALES } from '../../../src/codec/irn/model.ts'
import { rescalerConformance } from '../../conformance/rescaler.ts'
import { decodePicture, encodePng, openModel } from './harness.ts'

for (const scale of SCALES) {
  const make = () => irn({ model: openModel(scale), decodePicture, encodePng })
  // The model was trained on photographs, so the thumbnails of drawings show errors.
  rescalerConformance(`irn ${scale}x`, make, { thumbnail: 23, tiny: 12 })
}
