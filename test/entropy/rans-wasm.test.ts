import { createWasmRans } from '../../src/entropy/rans-wasm.ts'
import { entropyConformance } from '../conformance/entropy.ts'
import { kernelModule } from '../kernels.ts'

entropyConformance('rans-wasm', () => createWasmRans(kernelModule()))
