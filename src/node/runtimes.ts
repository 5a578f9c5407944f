import { createNodeRuntime, createWasmRuntime, type NodeRuntimeOptions } from '../runtime/node.ts'
import type { Runtime } from '../runtime/types.ts'
import { yielding } from './yielding.ts'

const runtimes = new Map<'node' | 'wasm', Promise<Runtime>>()

/**
 * The runtime of this name, made once per process; after a failure the next call tries again.
 * @param options of the native runtime, heeded by the call that makes it
 */
export function createRuntime(name: 'node' | 'wasm', options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const known = runtimes.get(name)
  if (known) return known
  const made = (name === 'node' ? createNodeRuntime(options) : createWasmRuntime()).then(yielding)
  runtimes.set(name, made)
  made.catch(() => runtimes.delete(name))
  return made
}
