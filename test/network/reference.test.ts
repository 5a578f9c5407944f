import { referenceEngine } from '../../src/network/reference.ts'
import { networkConformance } from '../conformance/network.ts'

networkConformance('reference', () => referenceEngine)
