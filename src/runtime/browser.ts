import { StrataError } from '../core/errors.ts'
import { createEngine } from '../network/network-wasm.ts'
import { referenceEngine } from '../network/reference.ts'
import { checkManifest, parseJson, readChecked } from './manifest.ts'
import { engineNetworks } from './networks.ts'
import { memoiseLoads } from './session.ts'
import type { Runtime } from './types.ts'

export interface BrowserRuntimeOptions {
  /** Folder with manifest.json and the files that it names. Relative addresses start at the page or worker. */
  readonly models: URL | string
  /** build/kernels.wasm. @default none: the TypeScript references serve, slower and with the same result */
  readonly kernels?: URL | string
}

/**
 * The decoder in a page or a worker. Each file is fetched once, on first use, and checked against the manifest's SHA-256.
 * @throws StrataError MODEL_INVALID when the manifest or the kernels cannot be had, or WebCrypto is missing
 */
export async function createBrowserRuntime(options: BrowserRuntimeOptions): Promise<Runtime> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new StrataError('MODEL_INVALID', 'models are checked by WebCrypto, which needs https or localhost')
  }
  const folder = asFolder(resolve(options.models))
  const [manifest, kernels] = await Promise.all([
    fetchBytes(new URL('manifest.json', folder)).then((bytes) => checkManifest(parseJson(bytes))),
    options.kernels === undefined ? undefined : fetchBytes(resolve(options.kernels)).then(compile),
  ])
  const read = (file: string) => readChecked(manifest, file, () => fetchBytes(new URL(file, folder)))
  const files = {
    table: memoiseLoads(async (name: string) => parseJson(await read(`${name}.json`))),
    blob: memoiseLoads((name: string) => read(`${name}.bin`)),
  }
  const engine = kernels ? createEngine(kernels) : referenceEngine
  return {
    name: 'browser',
    manifest,
    ...(kernels ? { kernels } : {}),
    engine,
    ...files,
    network: engineNetworks(engine, files),
    load: async (name) => {
      throw new StrataError('MODEL_INVALID', `ONNX network "${name}" does not run in the browser`)
    },
  }
}

async function fetchBytes(url: URL | string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', `${url} cannot be fetched: ${messageOf(cause)}`, { cause })
  }
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', `the kernels cannot be compiled: ${messageOf(cause)}`, { cause })
  }
}

function resolve(address: URL | string): string {
  return new URL(address, globalThis.location?.href).href
}

/** `new URL(file, folder)` replaces the last part of an address without a slash at its end. */
function asFolder(address: string): URL {
  const url = new URL(address)
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
