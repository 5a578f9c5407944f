import { readFile } from 'node:fs/promises'
import { createRequire as requireFrom } from 'node:module'
import { dirname, join } from 'node:path'
import { openModelFolder } from '../../runtime/model-files.ts'

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was found, and when it is not ok, what to do. */
  readonly detail: string
}

/** The oldest Node that sharp and onnxruntime run on. */
const NODE_MINIMUM = [20, 9] as const

/** Looks at everything that encoding on this machine needs. Never throws. */
export async function runChecks(): Promise<Check[]> {
  return [
    checkNode(process.versions.node),
    await attempt('sharp', checkSharp, 'npm install sharp'),
    await attempt(
      'onnxruntime-node',
      () => packageVersion('onnxruntime-node'),
      'npm install onnxruntime-node',
    ),
    await attempt('onnxruntime-web', () => packageVersion('onnxruntime-web'), 'npm install onnxruntime-web'),
    await attempt('models', () => checkModels(), 'reinstall the package'),
  ]
}

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor, needMinor] = NODE_MINIMUM
  const ok = major > needMajor || (major === needMajor && minor >= needMinor)
  return {
    name: 'node',
    ok,
    detail: ok ? version : `${version}: expected ${NODE_MINIMUM.join('.')} or newer`,
  }
}

/**
 * Compares every file that the manifest names with its SHA-256.
 * @throws StrataError MODEL_INVALID that names the first file that differs
 */
export async function checkModels(folder?: string): Promise<string> {
  const { manifest, read } = await openModelFolder(folder)
  const files = Object.keys(manifest.files)
  for (const file of files) await read(file)
  return `set ${manifest.modelSet}, ${files.length} files, all as the manifest says`
}

async function checkSharp(): Promise<string> {
  const { default: sharp } = await import('sharp')
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const { width } = await sharp(png).metadata()
  if (width !== 8) throw new Error('sharp does not read what it wrote')
  return `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`
}

/** Reads the version without loading the package: only src/runtime may do that. */
async function packageVersion(name: string): Promise<string> {
  const require = requireFrom(import.meta.url)
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
    const found = text === undefined ? {} : (JSON.parse(text) as { name?: string; version?: string })
    if (found.name === name) return found.version ?? 'of unknown version'
    if (dirname(folder) === folder) throw new Error(`no package.json of ${name}`)
  }
}

async function attempt(name: string, work: () => Promise<string>, remedy: string): Promise<Check> {
  try {
    return { name, ok: true, detail: await work() }
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { name, ok: false, detail: `${reason} (try: ${remedy})` }
  }
}
