import { encodePicture } from '../codec/compass/encode.ts'
import { createNodeRuntime, createWasmRuntime } from '../runtime/node.ts'
import type { Runtime } from '../runtime/types.ts'
import type { EncodePicture } from './encode.ts'
import { yielding } from './yielding.ts'

const runtimes = new Map<'node' | 'wasm', Promise<Runtime>>()

/** The runtime of this name, made once per process; after a failure the next call tries again. */
export function createRuntime(name: 'node' | 'wasm'): Promise<Runtime> {
  const known = runtimes.get(name)
  if (known) return known
  const made = (name === 'node' ? createNodeRuntime() : createWasmRuntime()).then(yielding)
  runtimes.set(name, made)
  made.catch(() => runtimes.delete(name))
  return made
}

/** The real codec: encodes with the native runtime and verifies with the WebAssembly one that the edge uses. */
export async function composeEncode(options: { readonly verify: boolean }): Promise<EncodePicture> {
  const encoder = await createRuntime('node')
  const verify = options.verify ? await createRuntime('wasm') : undefined
  return (image, request) => encodePicture(image, { ...request, encoder, verify })
}
