import { messageOf, StrataError } from '../core/errors.ts'
import { memoiseLoads } from '../core/memoise-loads.ts'
import { createEngine } from '../network/network-wasm.ts'
import { referenceEngine } from '../network/reference.ts'
import { checkManifest, parseJson, readChecked } from './manifest.ts'
import { engineNetworks } from './networks.ts'
import type { Runtime } from './types.ts'

const MANIFEST = 'manifest.json'
const KERNELS = 'kernels.wasm'

interface BrowserRuntimeOptions {
  /**
   * Folder with manifest.json and the files that it names, or a function from a file's name to its address. Relative
   * addresses are resolved against the page or worker.
   */
  readonly models: URL | string | ((file: string) => URL | string)
  /**
   * Address of build/kernels.wasm. It is checked like a model when the manifest names `kernels.wasm`.
   * @default none: the TypeScript references are used, which are slower and give the same result
   */
  readonly kernels?: URL | string | undefined
  /** Loads a file, for example from a cache. The result is checked against the SHA-256. @default fetch */
  readonly read?: ReadFile
}

/** @param sha256 64 hexadecimal digits; undefined for files that the manifest does not name */
type ReadFile = (address: string, sha256?: string) => Promise<Uint8Array<ArrayBuffer>>

/**
 * The runtime in a page or a worker. Each file is fetched on first use, once, and checked against the manifest's SHA-256.
 * @throws StrataError MODEL_INVALID when the manifest or the kernels cannot be loaded, or WebCrypto is missing
 */
export async function createBrowserRuntime(options: BrowserRuntimeOptions): Promise<Runtime> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new StrataError('MODEL_INVALID', 'models are checked by WebCrypto, which needs https or localhost')
  }
  const { models, read: readFile = fetchFile } = options
  const addressOf = typeof models === 'function' ? models : (file: string) => inFolder(models, file)
  const get = (address: URL | string, sha256?: string) => readFile(resolve(address), sha256)
  const manifest = checkManifest(parseJson(await get(addressOf(MANIFEST))))
  const readFrom = (file: string, address: URL | string) =>
    readChecked(manifest, file, () => get(address, manifest.files[file]?.sha256))
  const read = (file: string) => readFrom(file, addressOf(file))
  const kernels = options.kernels ? await compile(await readKernels(options.kernels)) : undefined
  const files = {
    table: memoiseLoads(async (name: string) => parseJson(await read(`${name}.json`))),
    blob: memoiseLoads((name: string) => read(`${name}.bin`)),
  }
  const engine = kernels ? createEngine(kernels) : referenceEngine
  return {
    name: 'browser',
    manifest,
    kernels,
    engine,
    ...files,
    network: engineNetworks(engine, files),
    load: async (name) => {
      throw new StrataError('MODEL_INVALID', `ONNX network "${name}" does not run in the browser`)
    },
  }

  async function readKernels(address: URL | string): Promise<Uint8Array> {
    return manifest.files[KERNELS] ? await readFrom(KERNELS, address) : await get(address)
  }
}

/** @throws StrataError MODEL_INVALID when the request fails or its status is not 2xx */
export async function fetchFile(address: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(address)
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', `${address} cannot be fetched: ${messageOf(cause)}`, { cause })
  }
}

async function compile(bytes: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>)
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', `the kernels cannot be compiled: ${messageOf(cause)}`, { cause })
  }
}

function resolve(address: URL | string): string {
  return new URL(address, globalThis.location?.href).href
}

/** Adds the slash without which `new URL(file, folder)` would replace the last part of the folder's address. */
function inFolder(folder: URL | string, file: string): URL {
  const url = new URL(resolve(folder))
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return new URL(file, url)
}
