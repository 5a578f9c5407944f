import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { Miniflare } from 'miniflare'
import type { Decoded } from '../../src/bench/exactness/decoded.ts'

export interface RemoteDecoder {
  decode(file: Uint8Array): Promise<Decoded>
  close(): Promise<void>
}

interface WorkerModule {
  readonly type: 'ESModule' | 'CompiledWasm' | 'Data'
  readonly path: string
  readonly contents: Uint8Array<ArrayBuffer> | string
}

/** workerd with one of these files of test/edge in it. */
export async function startWorkerd(
  worker: 'exactness-worker.ts' | 'exactness-onnx-worker.ts',
): Promise<RemoteDecoder> {
  const miniflare = await startWorker(`test/edge/${worker}`)
  return {
    async decode(file) {
      const response = await miniflare.dispatchFetch('http://worker/', { method: 'POST', body: file })
      if (!response.ok) throw new Error(`workerd: ${response.status} ${await response.text()}`)
      return {
        symbols: (response.headers.get('Symbols') ?? '').split(','),
        pixels: new Uint8Array(await response.arrayBuffer()),
      }
    },
    close: () => miniflare.dispose(),
  }
}

/** workerd with this source file, by its path from the repository's root. */
export async function startWorker(entry: string): Promise<Miniflare> {
  const miniflare = new Miniflare({
    modules: await bundleWorker(entry),
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
  })
  await miniflare.ready
  return miniflare
}

/** The Worker as wrangler bundles it: .wasm, .bin and .onnx files become modules of their own. */
async function bundleWorker(entry: string): Promise<WorkerModule[]> {
  const modules = new Map<string, WorkerModule>()
  const binaries: Plugin = {
    name: 'binaries',
    setup({ onResolve }) {
      onResolve({ filter: /\.(wasm|bin|onnx)$/ }, async ({ path, resolveDir }) => {
        const file = path.startsWith('.')
          ? resolve(resolveDir, path)
          : createRequire(import.meta.url).resolve(path)
        const type = file.endsWith('.wasm') ? 'CompiledWasm' : 'Data'
        const name = basename(file)
        modules.set(name, { type, path: name, contents: new Uint8Array(await readFile(file)) })
        return { path: `./${name}`, external: true }
      })
    },
  }
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../${entry}`, import.meta.url))],
    plugins: [binaries],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    logLevel: 'warning',
  })
  const contents = outputFiles[0]?.text ?? ''
  return [{ type: 'ESModule', path: 'index.js', contents }, ...modules.values()]
}
