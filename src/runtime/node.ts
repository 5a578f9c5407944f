import { memoiseLoads } from '../core/memoise-loads.ts'
import { createEngine } from '../network/network-wasm.ts'
import { referenceEngine } from '../network/reference.ts'
import { isCudaInstalled } from './cuda.ts'
import { parseJson } from './manifest.ts'
import { compileKernels, type ModelFolder, openModelFolder } from './model-files.ts'
import { engineNetworks, onnxNetworks } from './networks.ts'
import { type ChosenProvider, createOnProvider, type NodeProvider } from './providers.ts'
import { createRunner, type MakeTensor, type OrtSession } from './session.ts'
import type { Runtime } from './types.ts'

export interface NodeRuntimeOptions {
  /** Folder with manifest.json. @default models/weights of this package */
  readonly models?: string
  /** Threads of one network run; native runtime only. @default the choice of onnxruntime, one per core */
  readonly threads?: number
  /** Execution provider. Others than the CPU are for analysis only: entropy decoding must be exact. @default 'cpu' */
  readonly provider?: NodeProvider
  /** Called with the chosen provider when the first session is made. */
  readonly onProvider?: (chosen: ChosenProvider) => void
}

/**
 * Makes the threads of a session sleep between runs. By default they spin for a while, in case another run follows at
 * once. Here other work follows, and spinning would take processor time from it.
 */
const NO_SPINNING = { session: { intra_op: { allow_spinning: '0' } } }

interface WasmRuntimeOptions extends Pick<NodeRuntimeOptions, 'models'> {
  /** Runs the decoder's programs on our kernels, or their ONNX versions on onnxruntime-web. @default 'kernels' */
  readonly engine?: 'kernels' | 'onnxruntime'
}

/** All networks on native onnxruntime; the origin analyses pictures with it. */
export async function createNodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const threads = options.threads === undefined ? {} : { intraOpNumThreads: options.threads }
  return await assemble(
    'node',
    'onnxruntime',
    await openModelFolder(options.models),
    createOnProvider(
      options.provider ?? 'cpu',
      async (bytes, provider) => {
        if (provider === 'cuda' && !isCudaInstalled()) throw new Error('its libraries are not installed')
        const executionProviders = [provider]
        const settings = { ...threads, executionProviders, extra: NO_SPINNING, logSeverityLevel: 3 as const }
        return (await InferenceSession.create(bytes, settings)) as unknown as OrtSession
      },
      options.onProvider,
    ),
    (data, dims) => new Tensor('float32', data, dims),
  )
}

/** The edge's decoder in Node. All other networks run on onnxruntime-web, which is loaded when it is needed. */
export async function createWasmRuntime(options: WasmRuntimeOptions = {}): Promise<Runtime> {
  const ort = () => import('onnxruntime-web/wasm')
  return await assemble(
    'wasm',
    options.engine ?? 'kernels',
    await openModelFolder(options.models),
    async (bytes) => {
      const { env, InferenceSession } = await ort()
      env.wasm.numThreads = 1
      return (await InferenceSession.create(bytes, {
        executionProviders: ['wasm'],
        logSeverityLevel: 3,
      })) as unknown as OrtSession
    },
    async (data, dims) => new (await ort()).Tensor('float32', data, dims),
  )
}

async function assemble(
  name: 'node' | 'wasm',
  engine: 'kernels' | 'onnxruntime',
  folder: ModelFolder,
  createSession: (bytes: Uint8Array) => Promise<OrtSession>,
  makeTensor: MakeTensor,
): Promise<Runtime> {
  const kernels = await compileKernels()
  const files = {
    table: memoiseLoads(async (table: string) => parseJson(await folder.read(`${table}.json`))),
    blob: memoiseLoads((blob: string) => folder.read(`${blob}.bin`)),
    load: memoiseLoads(async (model: string) => {
      const session = await createSession(await folder.read(`${model}.onnx`))
      return createRunner(model, session, makeTensor)
    }),
  }
  const own = kernels ? createEngine(kernels) : referenceEngine
  const network = engine === 'onnxruntime' ? onnxNetworks(files) : engineNetworks(own, files)
  return { name, manifest: folder.manifest, kernels, engine: own, ...files, network }
}
