import type { NetworkEngine } from '../network/engine.ts'
import type { NetworkRunner } from '../network/types.ts'

/** A dense float tensor in row-major order. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** One loaded ONNX network. Calls are queued: a session runs one at a time, and a failed run does not stop the next. */
export interface ModelRunner {
  /** @throws StrataError MODEL_INVALID when a name or shape does not fit the network */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
}

/** One file of the model set, as manifest.json lists it. */
interface ModelFile {
  /**
   * `decoder`: what a stored file depends on. `encoder`: can change without a new model-set id. `reference`: ONNX twins
   * of the decoder's programs. Others belong to models of their own.
   */
  readonly role: string
  readonly sha256: string
  readonly bytes: number
  readonly macsPerPixel?: number
}

export interface Manifest {
  readonly format: 1
  /** 16 hexadecimal digits, the hash of the decoder-side files. */
  readonly modelSet: string
  readonly onnxruntime: string
  /** Rows of pixels on each side that synthesis of a strip looks at: the largest of all kinds of layers. */
  readonly haloRows: number
  readonly files: Readonly<Record<string, ModelFile>>
}

type RuntimeName = 'node' | 'wasm' | 'workerd' | 'browser'

/**
 * Networks on one machine. The decoder's are integer programs: by default src/network runs them, the same numbers
 * everywhere; onnxruntime can run their twins instead. The encoder's are float networks, for onnxruntime alone.
 */
export interface Runtime {
  readonly name: RuntimeName
  readonly manifest: Manifest
  /** build/kernels.wasm, compiled. Absent where it was not built: the TypeScript references serve then. */
  readonly kernels?: WebAssembly.Module | undefined
  /** Runs programs of other models in the memory that `network` uses. @default the TypeScript reference */
  readonly engine?: NetworkEngine
  /**
   * A program of the decoder (`base-synthesis`, …), loaded once; a failed load is tried again by the next call.
   * @throws StrataError MODEL_INVALID when the file is missing or is not what the manifest says
   */
  network(name: string): Promise<NetworkRunner>
  /** An ONNX network (`base-analysis`, …). Loading and throwing as `network`. */
  load(name: string): Promise<ModelRunner>
  /** A table of numbers that belongs to the model set (`decoder`, `encoder`). */
  table(name: string): Promise<unknown>
  /** Parameters that belong to the model set (`decoder`). */
  blob(name: string): Promise<Uint8Array>
}
