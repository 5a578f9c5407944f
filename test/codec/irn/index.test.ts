import { irn } from '../../../src/codec/irn/index.ts'
import { SCALES } from '../../../src/codec/irn/model.ts'
import { rescalerConformance } from '../../conformance/rescaler.ts'
import { decodePicture, encodePng, openModel } from './harness.ts'

for (const scale of SCALES) {
  const make = () => irn({ model: openModel(scale), decodePicture, encodePng })
  // It has seen photographs only, and what it cannot hide in a thumbnail of drawings shows.
  rescalerConformance(`irn ${scale}x`, make, { thumbnail: 23, tiny: 12 })
}
