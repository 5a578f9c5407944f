import { jpegKernel } from '../../../src/pixels/jpeg/forward.ts'
import { jpegConformance } from '../../conformance/jpeg.ts'

jpegConformance('jpeg-ts', () => jpegKernel)
