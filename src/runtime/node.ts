import { parseJson } from './manifest.ts'
import { compileKernels, type ModelFolder, openModelFolder } from './model-files.ts'
import { createRunner, type MakeTensor, memoiseLoads, type OrtSession } from './session.ts'
import type { Runtime } from './types.ts'

export interface NodeRuntimeOptions {
  /** Folder with manifest.json. @default models/weights of this package */
  readonly models?: string
  /** Threads of one network run, native runtime only. @default onnxruntime's own choice, one for each core */
  readonly threads?: number
}

/** Networks on onnxruntime's native CPU provider: what the origin encodes with. */
export async function createNodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const threads = options.threads === undefined ? {} : { intraOpNumThreads: options.threads }
  return await assemble(
    'node',
    await openModelFolder(options.models),
    async (bytes) =>
      (await InferenceSession.create(bytes, { ...threads, logSeverityLevel: 3 })) as unknown as OrtSession,
    (data, dims) => new Tensor('float32', data, dims),
  )
}

/** The same networks on onnxruntime-web in Node: what the edge decodes with, and so what the origin verifies with. */
export async function createWasmRuntime(options: Pick<NodeRuntimeOptions, 'models'> = {}): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/wasm')
  env.wasm.numThreads = 1
  return await assemble(
    'wasm',
    await openModelFolder(options.models),
    async (bytes) =>
      (await InferenceSession.create(bytes, {
        executionProviders: ['wasm'],
        logSeverityLevel: 3,
      })) as unknown as OrtSession,
    (data, dims) => new Tensor('float32', data, dims),
  )
}

async function assemble(
  name: 'node' | 'wasm',
  folder: ModelFolder,
  createSession: (bytes: Uint8Array) => Promise<OrtSession>,
  makeTensor: MakeTensor,
): Promise<Runtime> {
  const kernels = await compileKernels()
  return {
    name,
    manifest: folder.manifest,
    ...(kernels ? { kernels } : {}),
    load: memoiseLoads(async (model) => {
      const session = await createSession(await folder.read(`${model}.onnx`))
      return createRunner(model, session, makeTensor)
    }),
    table: memoiseLoads(async (table) => parseJson(await folder.read(`${table}.json`))),
  }
}
