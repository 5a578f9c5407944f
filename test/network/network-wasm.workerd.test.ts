import module from '../../build/kernels.wasm'
import { createEngine } from '../../src/network/network-wasm.ts'
import { networkConformance } from '../conformance/network.ts'

// Runs the kernels in workerd, where they are deployed, from a module that the bundler compiled.
networkConformance('network-wasm in workerd', () => createEngine(module))
