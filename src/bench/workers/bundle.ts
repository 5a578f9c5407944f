import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire as requireFrom } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'
import { StrataError } from '../../core/errors.ts'

/** A Worker as miniflare takes it. */
interface BundledWorker {
  readonly name: string
  readonly modulesRoot: string
  /** The script first. */
  readonly modules: readonly { readonly type: string; readonly path: string }[]
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
}

/** The bundled Workers, and the path of miniflare. */
export interface WorkerBundles {
  readonly edge: BundledWorker
  readonly transcoder: BundledWorker
  /** Path of the module. */
  readonly miniflare: string
}

/** workerd's module type by file extension. */
const MODULE_TYPES: Readonly<Record<string, string>> = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.bin': 'Data',
  '.html': 'Text',
}

/**
 * Bundles the deployed Workers as `wrangler deploy` does.
 * @param root the folder with the wrangler files
 * @param folder for the bundles, which must stay while they are used
 * @throws StrataError FILE_FAILED when wrangler is not installed or fails to bundle
 */
export async function bundleWorkers(root: string, folder: string): Promise<WorkerBundles> {
  const { miniflare, wrangler } = findWrangler(root)
  const bundle = async (config: string, name: string): Promise<BundledWorker> => {
    await deployDry(wrangler, root, config, join(folder, name))
    return { name, ...(await modulesOf(join(folder, name))), ...(await compatibility(join(root, config))) }
  }
  const edge = await bundle('wrangler.toml', 'edge')
  return { edge, transcoder: await bundle('wrangler.transcoder.toml', 'transcoder'), miniflare }
}

/** Wrangler depends on miniflare. @throws StrataError FILE_FAILED when they are not installed */
function findWrangler(root: string) {
  try {
    const packageJson = requireFrom(join(root, 'package.json')).resolve('wrangler/package.json')
    const miniflare = requireFrom(packageJson).resolve('miniflare')
    return { miniflare, wrangler: join(dirname(packageJson), 'bin', 'wrangler.js') }
  } catch (cause) {
    throw new StrataError('FILE_FAILED', 'wrangler is not installed: npm install --save-dev wrangler', {
      cause,
    })
  }
}

async function deployDry(wrangler: string, cwd: string, config: string, outdir: string): Promise<void> {
  const argv = [wrangler, 'deploy', '--dry-run', '-c', config, '--outdir', outdir]
  const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' }
  await promisify(execFile)(process.execPath, argv, { cwd, env }).catch((cause: Error) => {
    throw new StrataError('FILE_FAILED', `wrangler does not bundle ${config}: ${cause.message}`, { cause })
  })
}

/** The modules of a bundle, its script first, because workerd takes the first as the entry. */
async function modulesOf(folder: string) {
  const names = (await readdir(folder)).filter((name) => extname(name) in MODULE_TYPES)
  names.sort((a, b) => Number(extname(b) === '.js') - Number(extname(a) === '.js'))
  const modules = names.map((name) => ({
    type: MODULE_TYPES[extname(name)] ?? '',
    path: join(folder, name),
  }))
  return { modulesRoot: folder, modules }
}

/** Compatibility date and flags of a wrangler file. @throws StrataError FILE_FAILED */
export async function compatibility(config: string) {
  const text = await readFile(config, 'utf8')
  const compatibilityDate = /^compatibility_date = "(.+)"/m.exec(text)?.[1]
  if (compatibilityDate === undefined)
    throw new StrataError('FILE_FAILED', `${config}: no compatibility_date`)
  const flags = /^compatibility_flags = \[(.*)\]/m.exec(text)?.[1] ?? ''
  return {
    compatibilityDate,
    compatibilityFlags: [...flags.matchAll(/"(.+?)"/g)].map(([, flag = '']) => flag),
  }
}
