import ortModule from 'onnxruntime-web/ort-wasm-simd-threaded.wasm'
import * as ort from 'onnxruntime-web/wasm'
import kernels from '../../build/kernels.wasm'
import baseEntropy from '../../models/weights/base-entropy.onnx'
import baseSynthesis from '../../models/weights/base-synthesis.onnx'
import decoderTable from '../../models/weights/decoder.json'
import enhancementEntropy from '../../models/weights/enhancement-entropy.onnx'
import enhancementSynthesis from '../../models/weights/enhancement-synthesis.onnx'
import features from '../../models/weights/features.onnx'
import filters from '../../models/weights/filters.onnx'
import manifestJson from '../../models/weights/manifest.json'
import { StrataError } from '../core/errors.ts'
import { checkManifest } from './manifest.ts'
import { createRunner, memoiseLoads, type OrtSession } from './session.ts'
import type { Runtime } from './types.ts'

/** The decoder side only: a Worker never encodes. */
const MODELS: Readonly<Record<string, ArrayBuffer>> = {
  'base-entropy': baseEntropy,
  'base-synthesis': baseSynthesis,
  'enhancement-entropy': enhancementEntropy,
  'enhancement-synthesis': enhancementSynthesis,
  features,
  filters,
}

let initialised: Promise<unknown> | undefined

/**
 * Networks on onnxruntime-web inside workerd. Workers may not compile WebAssembly at run time, and onnxruntime-web
 * 1.30 has no way to be handed a compiled module; so, while the first session is made, WebAssembly.instantiate is
 * replaced by one that answers with the module that the bundler compiled.
 */
export async function createWorkerdRuntime(): Promise<Runtime> {
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmBinary = new Uint8Array(8).buffer // never looked at, but its absence starts a download
  return {
    name: 'workerd',
    manifest: checkManifest(manifestJson),
    kernels,
    load: memoiseLoads(async (name) => {
      const bytes = MODELS[name]
      if (!bytes) throw new StrataError('MODEL_INVALID', `network "${name}" is not part of this Worker`)
      const session = await createSession(new Uint8Array(bytes))
      return createRunner(name, session, (data, dims) => new ort.Tensor('float32', data, dims))
    }),
    table: async (name) => {
      if (name === 'decoder') return decoderTable
      throw new StrataError('MODEL_INVALID', `table "${name}" is not part of this Worker`)
    },
  }
}

async function createSession(bytes: Uint8Array): Promise<OrtSession> {
  const create = async () =>
    (await ort.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    })) as unknown as OrtSession
  const before = initialised?.catch(() => undefined)
  if (!before) {
    const first = withCompiledModule(create)
    initialised = first
    first.catch(() => {
      initialised = undefined
    })
    return await first
  }
  await before
  return await create()
}

async function withCompiledModule<T>(task: () => Promise<T>): Promise<T> {
  const original = WebAssembly.instantiate
  const instantiate = original.bind(WebAssembly) as (
    module: WebAssembly.Module,
    imports?: unknown,
  ) => Promise<WebAssembly.Instance>
  WebAssembly.instantiate = (async (source: unknown, imports: unknown) =>
    source instanceof WebAssembly.Module
      ? await instantiate(source, imports)
      : {
          module: ortModule,
          instance: await instantiate(ortModule, imports),
        }) as typeof WebAssembly.instantiate
  try {
    return await task()
  } finally {
    WebAssembly.instantiate = original
  }
}
