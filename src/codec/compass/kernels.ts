import { ransCoder } from '../../entropy/rans-decoder.ts'
import { createWasmRans } from '../../entropy/rans-wasm.ts'
import type { EntropyCoder } from '../../entropy/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type LiffKernel, liffReference } from './liff.ts'
import { createWasmLiff } from './liff-wasm.ts'

/** The hot loops of decoding. Each implementation gives the same numbers; only the speed differs. */
export interface CodecKernels {
  readonly coder: EntropyCoder
  readonly liff: LiffKernel
}

/** Plain TypeScript, for reading, for testing against, and for where nothing was built. */
export const referenceKernels: CodecKernels = { coder: ransCoder, liff: liffReference }

const instances = new WeakMap<WebAssembly.Module, CodecKernels>()

/** The runtime's WebAssembly kernels, instantiated once per module; calls are synchronous, so all decodes share them. */
export function kernelsOf({ kernels: module }: Pick<Runtime, 'kernels'>): CodecKernels {
  if (!module) return referenceKernels
  const known = instances.get(module)
  if (known) return known
  const made = { coder: createWasmRans(module), liff: createWasmLiff(module) }
  instances.set(module, made)
  return made
}
