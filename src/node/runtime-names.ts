/** Native onnxruntime, or the WebAssembly one that the edge uses. */
export type RuntimeName = 'node' | 'wasm'

export const RUNTIME_NAMES: readonly RuntimeName[] = ['node', 'wasm']
