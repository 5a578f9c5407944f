import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StrataError } from '../core/errors.ts'
import { checkManifest, parseJson, readChecked } from './manifest.ts'
import type { Manifest } from './types.ts'

const MANIFEST = join('models', 'weights', 'manifest.json')
const KERNELS = join('build', 'kernels.wasm')

/** Path of this package's model folder. @throws StrataError MODEL_INVALID when there is none */
function findModelFolder(): string {
  const manifest = findAbove(MANIFEST)
  if (!manifest) throw new StrataError('MODEL_INVALID', `no ${MANIFEST} in any folder above the program`)
  return dirname(manifest)
}

/** Compiles the kernels that `npm run build` made. Returns undefined before the first build. */
export async function compileKernels(): Promise<WebAssembly.Module | undefined> {
  const file = findAbove(KERNELS)
  return file && (await WebAssembly.compile(await readFile(file)))
}

/** Path of a file in the nearest parent folder that has it, because sources and bundles lie at different depths. */
function findAbove(file: string): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidate = join(folder, file)
    if (existsSync(candidate)) return candidate
    if (dirname(folder) === folder) return undefined
    folder = dirname(folder)
  }
}

/** A model folder. Every file read is checked against the manifest's SHA-256. */
export interface ModelFolder {
  readonly manifest: Manifest
  read(file: string): Promise<Uint8Array>
}

/** @throws StrataError MODEL_INVALID when the folder holds no valid manifest */
export async function openModelFolder(folder: string = findModelFolder()): Promise<ModelFolder> {
  const manifest = checkManifest(parseJson(await readModelFile(folder, 'manifest.json')))
  return {
    manifest,
    read: (file) => readChecked(manifest, file, () => readModelFile(folder, file)),
  }
}

async function readModelFile(folder: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, file))
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', `model file ${file} cannot be read`, { cause })
  }
}
