/** A dense float tensor in row-major order. Integers travel in it exactly up to 2^24. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** One loaded network. Calls are queued: a session runs one at a time, and a failed run does not stop the next. */
export interface ModelRunner {
  /** @throws StrataError MODEL_INVALID when a name or shape does not fit the network */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
}

/** One file of the model set, as manifest.json lists it. */
export interface ModelFile {
  /** Encoder-side files can change without a new model-set id. */
  readonly role: 'decoder' | 'encoder'
  readonly sha256: string
  readonly bytes: number
  readonly macsPerPixel?: number
}

export interface Manifest {
  readonly format: 1
  /** 16 hexadecimal digits, the hash of the decoder-side files. */
  readonly modelSet: string
  readonly onnxruntime: string
  readonly haloRows: number
  readonly files: Readonly<Record<string, ModelFile>>
}

export type RuntimeName = 'node' | 'wasm' | 'workerd' | 'browser'

/** Networks on one machine: the port behind which onnxruntime stands. */
export interface Runtime {
  readonly name: RuntimeName
  readonly manifest: Manifest
  /** build/kernels.wasm, compiled. Absent where it was not built: the TypeScript references serve then. */
  readonly kernels?: WebAssembly.Module
  /**
   * The network `name` (`base-synthesis`, …), loaded once; a failed load is tried again by the next call.
   * @throws StrataError MODEL_INVALID when the file is missing or is not what the manifest says
   */
  load(name: string): Promise<ModelRunner>
  /** A table of numbers that belongs to the model set (`decoder`, `encoder`). */
  table(name: string): Promise<unknown>
}
