import ortModule from 'onnxruntime-web/ort-wasm-simd-threaded.wasm'
import * as ort from 'onnxruntime-web/wasm'
import baseHyper from '../../models/weights/base-hyper.onnx'
import basePass0 from '../../models/weights/base-pass0.onnx'
import basePass1 from '../../models/weights/base-pass1.onnx'
import basePass2 from '../../models/weights/base-pass2.onnx'
import basePass3 from '../../models/weights/base-pass3.onnx'
import basePass4 from '../../models/weights/base-pass4.onnx'
import baseSynthesis from '../../models/weights/base-synthesis.onnx'
import enhancementHyper from '../../models/weights/enhancement-hyper.onnx'
import enhancementPass0 from '../../models/weights/enhancement-pass0.onnx'
import enhancementPass1 from '../../models/weights/enhancement-pass1.onnx'
import enhancementPass2 from '../../models/weights/enhancement-pass2.onnx'
import enhancementPass3 from '../../models/weights/enhancement-pass3.onnx'
import enhancementPass4 from '../../models/weights/enhancement-pass4.onnx'
import enhancementSynthesis from '../../models/weights/enhancement-synthesis.onnx'
import features from '../../models/weights/features.onnx'
import { StrataError } from '../core/errors.ts'
import { memoiseLoads } from '../core/memoise-loads.ts'
import { onnxNetworks } from './networks.ts'
import { createRunner, type OrtSession } from './session.ts'
import type { Runtime } from './types.ts'
import { createWorkerdRuntime } from './workerd.ts'

/** The twins of all programs of the decoder. */
const TWINS: Readonly<Record<string, ArrayBuffer>> = {
  'base-hyper': baseHyper,
  'base-pass0': basePass0,
  'base-pass1': basePass1,
  'base-pass2': basePass2,
  'base-pass3': basePass3,
  'base-pass4': basePass4,
  'base-synthesis': baseSynthesis,
  'enhancement-hyper': enhancementHyper,
  'enhancement-pass0': enhancementPass0,
  'enhancement-pass1': enhancementPass1,
  'enhancement-pass2': enhancementPass2,
  'enhancement-pass3': enhancementPass3,
  'enhancement-pass4': enhancementPass4,
  'enhancement-synthesis': enhancementSynthesis,
  features,
}

/** Never looked at, but without it ONNX Runtime starts a download. */
const PLACEHOLDER = new ArrayBuffer(8)

/**
 * As createWorkerdRuntime, but ONNX Runtime runs the decoder's networks, on one thread: the same symbols, and pixels
 * within 1 of 255. Prediction (LIFF), entropy decoding and HyperThumbnail stay with our kernels, for they have no twins.
 */
export async function createWorkerdOnnxRuntime(): Promise<Runtime> {
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmBinary = PLACEHOLDER
  const runtime = await createWorkerdRuntime()
  const load = memoiseLoads(async (name: string) => {
    const twin = TWINS[name]
    if (!twin) throw new StrataError('MODEL_INVALID', `ONNX network "${name}" is not part of this Worker`)
    const session = await createSession(new Uint8Array(twin))
    return createRunner(name, session, (data, dims) => new ort.Tensor('float32', data, dims))
  })
  return { ...runtime, load, network: onnxNetworks({ table: runtime.table, load }) }
}

/** Sessions are made one after the other: the first one starts ONNX Runtime. */
let last: Promise<unknown> = Promise.resolve()

function createSession(bytes: Uint8Array): Promise<OrtSession> {
  const options = { executionProviders: ['wasm'], logSeverityLevel: 3 } as const
  const create = () => ort.InferenceSession.create(bytes, options) as unknown as Promise<OrtSession>
  const session = last.then(() => withCompiledModule(create))
  last = session.catch(() => undefined)
  return session
}

/**
 * Workers must not compile WebAssembly while they run, and onnxruntime-web 1.30 takes bytes alone; so while `task` runs,
 * WebAssembly.instantiate answers the placeholder with the module that the bundler compiled.
 */
async function withCompiledModule<T>(task: () => Promise<T>): Promise<T> {
  const original = WebAssembly.instantiate
  const instantiate = original.bind(WebAssembly) as (...args: unknown[]) => Promise<unknown>
  const isPlaceholder = (source: unknown) =>
    source === PLACEHOLDER || (ArrayBuffer.isView(source) && source.buffer === PLACEHOLDER)
  const replacement = async (source: unknown, imports: unknown) =>
    isPlaceholder(source)
      ? { module: ortModule, instance: await instantiate(ortModule, imports) }
      : await instantiate(source, imports)
  WebAssembly.instantiate = replacement as typeof WebAssembly.instantiate
  try {
    return await task()
  } finally {
    WebAssembly.instantiate = original
  }
}
