import { r2Store } from '../../../src/edge/store/r2.ts'
import { objectStoreConformance } from '../../conformance/object-store.ts'
import { BUCKET } from '../cdn.ts'

objectStoreConformance('R2', { make: () => r2Store(BUCKET) })
