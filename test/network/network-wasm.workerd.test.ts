import module from '../../build/kernels.wasm'
import { createEngine } from '../../src/network/network-wasm.ts'
import { networkConformance } from '../conformance/network.ts'

// The kernels where they are deployed: a module that the bundler compiled.
networkConformance('network-wasm in workerd', () => createEngine(module))
