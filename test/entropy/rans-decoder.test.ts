import { ransCoder } from '../../src/entropy/rans-decoder.ts'
import { entropyConformance } from '../conformance/entropy.ts'

entropyConformance('rans-ts', () => ransCoder)
