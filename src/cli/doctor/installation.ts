import { readFile } from 'node:fs/promises'
import { createRequire as requireFrom } from 'node:module'
import { join } from 'node:path'
import { messageOf, StrataError } from '../../core/errors.ts'
import { packageRoot } from '../../node/files.ts'
import { openModelFolder } from '../../runtime/model-files.ts'
import { attempt, type Check, checked } from './check.ts'

/** The oldest Node that sharp and onnxruntime run on. */
const NODE_MINIMUM = [20, 9] as const

/** An optional peer dependency of this package. Only the things in `neededBy` need it. */
interface OptionalPackage {
  readonly name: string
  readonly neededBy: string
  /** Flags of `npm install` for this package. */
  readonly installFlags?: string
  /** Loads and describes it; only src/runtime may load onnxruntime. @default its version, from its package.json */
  readonly describe?: () => Promise<string>
}

const OPTIONAL_PACKAGES: readonly OptionalPackage[] = [
  {
    name: 'sharp',
    neededBy: 'the origin (strata serve, strata start) and by all commands that read or write pictures',
    describe: describeSharp,
  },
  {
    name: 'onnxruntime-node',
    neededBy: 'the origin (strata serve, strata start) and by strata encode',
    // By default its install script downloads CUDA and fails without network.
    installFlags: '--onnxruntime-node-install=skip',
  },
  {
    name: '@jsquash/avif',
    neededBy: 'the transcoder Worker (strata start, wrangler.transcoder.toml) to send AVIF',
  },
  { name: '@jsquash/webp', neededBy: 'the transcoder Worker (strata start, all its configurations)' },
  {
    name: 'aws4fetch',
    neededBy: 'the edge Worker where its bucket is on an S3 server (S3_BUCKET, strata-cdn/s3)',
  },
  {
    name: 'onnxruntime-web',
    neededBy:
      'the transcoder Worker on ONNX Runtime, and programs of your own that run the models in WebAssembly',
  },
]

/** Checks everything that this installation can use. Never throws. */
export async function checkInstallation(): Promise<Check[]> {
  const checks = [checkNode(process.versions.node)]
  for (const optional of OPTIONAL_PACKAGES) checks.push(await checkPackage(optional))
  checks.push(await attempt('models', () => checkModels(), 'reinstall the package'))
  return checks
}

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor, needMinor] = NODE_MINIMUM
  const isNewEnough = major > needMajor || (major === needMajor && minor >= needMinor)
  if (isNewEnough) return checked('node', 'ok', version)
  return checked('node', 'failed', `${version}: expected ${NODE_MINIMUM.join('.')} or newer`)
}

/** @param from a file; the package is resolved as by an import in that file. @default this program */
export async function checkPackage(
  optional: OptionalPackage,
  from: string = import.meta.url,
): Promise<Check> {
  const { name, describe } = optional
  const version = await installedVersion(name, from)
  if (version === undefined) return checked(name, 'absent', await absence(optional))
  return await attempt(name, describe ?? (async () => version), await installCommand(optional))
}

/**
 * What to do about an import that failed because an optional package is not installed.
 * @returns undefined for every other error
 */
export async function explainMissing(thrown: unknown): Promise<StrataError | undefined> {
  if ((thrown as NodeJS.ErrnoException | undefined)?.code !== 'ERR_MODULE_NOT_FOUND') return undefined
  const missing = /^Cannot find package '([^']+)'/.exec(messageOf(thrown))?.[1]
  const optional = OPTIONAL_PACKAGES.find(({ name }) => name === missing)
  if (optional === undefined) return undefined
  return new StrataError('FILE_FAILED', `${missing}: ${await absence(optional)}`, { cause: thrown })
}

async function absence(optional: OptionalPackage): Promise<string> {
  return `not installed, needed by ${optional.neededBy} (${await installCommand(optional)})`
}

async function installCommand({ name, installFlags }: OptionalPackage): Promise<string> {
  return ['npm install', await pinned(name), ...(installFlags ? [installFlags] : [])].join(' ')
}

/**
 * Checks every file of the manifest against its SHA-256.
 * @throws StrataError MODEL_INVALID that names the first file that differs
 */
async function checkModels(folder?: string): Promise<string> {
  const { manifest, read } = await openModelFolder(folder)
  const files = Object.keys(manifest.files)
  for (const file of files) await read(file)
  return `set ${manifest.modelSet}, ${files.length} files, all as the manifest says`
}

async function describeSharp(): Promise<string> {
  const { default: sharp } = await import('sharp')
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const { width } = await sharp(png).metadata()
  if (width !== 8) throw new Error('sharp does not read what it wrote')
  return `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`
}

/** Version of an installed package; undefined when it cannot be found. */
async function installedVersion(name: string, from: string): Promise<string | undefined> {
  const require = requireFrom(from)
  for (const folder of require.resolve.paths(name) ?? []) {
    const found = await readPackage(join(folder, name))
    if (found !== undefined) return found.version ?? 'of unknown version'
  }
  return undefined
}

/** The package with the required version, as an argument of `npm install`. */
async function pinned(name: string): Promise<string> {
  const range = (await readPackage(packageRoot()))?.peerDependencies?.[name]
  return range === undefined ? name : `${name}@${range}`
}

interface PackageJson {
  readonly version?: string
  readonly peerDependencies?: Readonly<Record<string, string>>
}

async function readPackage(folder: string): Promise<PackageJson | undefined> {
  return await readFile(join(folder, 'package.json'), 'utf8').then(
    (text) => JSON.parse(text) as PackageJson,
    () => undefined,
  )
}
