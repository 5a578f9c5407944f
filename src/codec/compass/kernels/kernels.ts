/*
 * This folder holds the inner loops of the codec, each behind one interface with a TypeScript reference and a WebAssembly
 * implementation: prediction (LIFF), the store of a strip's passes, and conversions between cells and rows.
 */
import { ransCoder } from '../../../entropy/rans-decoder.ts'
import { createWasmRans } from '../../../entropy/rans-wasm.ts'
import type { EntropyCoder } from '../../../entropy/types.ts'
import type { Runtime } from '../../../runtime/types.ts'
import { type CellKernel, referenceCells } from './cell-kernel.ts'
import { createWasmCells } from './cell-kernel-wasm.ts'
import { type LiffKernel, liffReference } from './liff.ts'
import { createWasmLiff } from './liff-wasm.ts'
import { type OpenPassStore, referencePassStore } from './pass-store.ts'
import { createWasmPassStore } from './pass-store-wasm.ts'

/** The hot loops of decoding. All implementations compute the same integers; they differ only in speed. */
export interface CodecKernels {
  readonly coder: EntropyCoder
  readonly liff: LiffKernel
  readonly cells: CellKernel
  readonly passes: OpenPassStore
}

/** The kernels in TypeScript: the reference for tests, and the fallback where build/kernels.wasm is missing. */
export const referenceKernels: CodecKernels = {
  coder: ransCoder,
  liff: liffReference,
  cells: referenceCells,
  passes: referencePassStore,
}

const instances = new WeakMap<WebAssembly.Module, CodecKernels>()

/** The runtime's WebAssembly kernels, instantiated once per module. Calls are synchronous, so all decodes share them. */
export function kernelsOf({ kernels: module }: Pick<Runtime, 'kernels'>): CodecKernels {
  if (!module) return referenceKernels
  const cached = instances.get(module)
  if (cached) return cached
  const kernels = {
    coder: createWasmRans(module),
    liff: createWasmLiff(module),
    cells: createWasmCells(module),
    passes: createWasmPassStore(module),
  }
  instances.set(module, kernels)
  return kernels
}
