import type { NetworkEngine } from '../network/engine.ts'
import type { NetworkRunner } from '../network/types.ts'

/** A dense float tensor in row-major order. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** A loaded ONNX network. Calls are queued: one run at a time, and a failed run does not affect the next. */
export interface ModelRunner {
  /** @throws StrataError MODEL_INVALID when a name or shape does not fit the network */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
}

/** One file of the model set, as manifest.json lists it. */
interface ModelFile {
  /**
   * `decoder`: stored files depend on it. `encoder`: it may change without a new model-set id. `reference`: an ONNX
   * version of a decoder program. Other roles belong to other models.
   */
  readonly role: string
  readonly sha256: string
  readonly bytes: number
  readonly macsPerPixel?: number
}

export interface Manifest {
  readonly format: 1
  /** Hash of the files with the role `decoder`: 16 hexadecimal digits. */
  readonly modelSet: string
  readonly onnxruntime: string
  /** Rows of pixels on each side of a strip that its synthesis reads: the largest of all kinds of layers. */
  readonly haloRows: number
  readonly files: Readonly<Record<string, ModelFile>>
}

type RuntimeName = 'node' | 'wasm' | 'workerd' | 'browser'

/**
 * Networks on one machine. The decoder's networks are integer programs: by default src/network runs them, with the same
 * integers everywhere; onnxruntime can run their ONNX versions instead. The encoder's are float networks, which only
 * onnxruntime runs.
 */
export interface Runtime {
  readonly name: RuntimeName
  readonly manifest: Manifest
  /** build/kernels.wasm, compiled. Without it the TypeScript references are used. */
  readonly kernels?: WebAssembly.Module | undefined
  /** Runs programs of other models, in the same memory as `network`. @default the TypeScript reference */
  readonly engine?: NetworkEngine
  /**
   * A program of the decoder (`base-synthesis`, …), loaded once. After a failed load the next call tries again.
   * @throws StrataError MODEL_INVALID when the file is missing or does not match the manifest
   */
  network(name: string): Promise<NetworkRunner>
  /** An ONNX network (`base-analysis`, …), loaded like `network`. @throws StrataError as `network` */
  load(name: string): Promise<ModelRunner>
  /** A table of numbers that belongs to the model set (`decoder`, `encoder`). */
  table(name: string): Promise<unknown>
  /** Parameters that belong to the model set (`decoder`). */
  blob(name: string): Promise<Uint8Array>
}
