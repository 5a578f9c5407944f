import { existsSync } from 'node:fs'
import { createRequire as requireFrom } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StrataError } from '../../core/errors.ts'
import { openModelFolder } from '../../runtime/model-files.ts'
import type { UploadTarget } from '../edge-request.ts'
import { type Child, startChild } from './children.ts'
import { ComparisonServer } from './comparison.ts'
import { encodeFolder, FOLDER_SOURCE, folderUrl } from './encode-folder.ts'
import { FolderServer } from './folder-server.ts'
import { KEEP_CONNECTIONS } from './keep-connections.ts'
import { originEnvironment } from './origin-environment.ts'
import type { PictureFolder } from './picture-folder.ts'
import { requireFreePort } from './ports.ts'
import type { Sample } from './samples.ts'
import { uploadSamples } from './upload-samples.ts'

interface StartOptions {
  readonly port: number
  readonly originPort: number
  /** The folder with the wrangler files. */
  readonly root: string
  /** The program that runs `serve`. */
  readonly cli: string
  readonly env: NodeJS.ProcessEnv
  readonly stop: AbortSignal
  readonly samples: boolean
  /** The user's own pictures, instead of samples. */
  readonly folder?: PictureFolder | undefined
  /** Folder that keeps the bucket and the queue. */
  readonly state: string
  /** Shows a line to people. */
  readonly print: (line: string) => void
  readonly onReady: (url: string) => void
}

/** Wrangler bundles two Workers before it answers. */
const START_TIMEOUT_MS = 120_000
const WARM_UP_MS = 10_000
const SAMPLE_TIMEOUT_MS = 600_000

/** Log lines of wrangler for requests that an open demo page, and `nudge` and `encodeFolder`, repeat every few seconds. */
const POLLING = /GET \/(samples|comparisons|cdn\/src\/local\/\S+\.json) 20[02]|OPTIONS \/cdn\/health 204/
const NUDGE_MS = 1000

const CHILD_ENV: NodeJS.ProcessEnv = {
  // Keeps wrangler from asking questions.
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  // Wrangler would otherwise fetch the data of `request.cf` from the network.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  // Edge and origin run on one machine and need no token.
  ORIGIN_TOKEN: '',
}

/**
 * Runs origin and edge until `stop` fires. When it returns or throws, every program that it started has ended.
 * @throws StrataError PORT_BUSY; INTERNAL when a part does not come up or ends by itself
 */
export async function runLocally(options: StartOptions): Promise<void> {
  const { port, originPort, stop } = options
  await requireFreePort(port, 'PORT')
  await requireFreePort(originPort, 'ORIGIN_PORT')
  const edge = `http://127.0.0.1:${port}`
  const origin = `http://127.0.0.1:${originPort}`
  const comparisons = await ComparisonServer.open(join(options.state, 'comparisons.json'))
  const files = options.folder && (await FolderServer.open(options.folder))
  const children: Child[] = []
  const over = new AbortController()
  /** Waits for the work. Rejects when a child ends meanwhile, resolves when `stop` fires. */
  const whileRunning = <T>(work: Promise<T>) => Promise.race([work, firstEnd(children), stopped(stop)])
  try {
    const serve = [options.cli, 'serve', '--host', '127.0.0.1', '--port', String(originPort)]
    children.push(start('origin', serve, { ...options, env: originEnvironment(options.env) }))
    children.push(start('edge', wranglerArgv(options, origin, comparisons.url, files?.url), options))
    await whileRunning(healthy('origin', `${origin}/health`, over.signal))
    await whileRunning(healthy('edge', `${edge}/cdn/health`, over.signal))
    if (options.folder) await whileRunning(warmUp(options.folder, `${edge}/cdn`))
    if (stop.aborted) return
    options.onReady(`${edge}/`)
    void nudge(`${edge}/cdn/health`, over.signal)
    const pictures = showPictures(`${edge}/cdn`, over.signal, comparisons, options)
    await whileRunning(Promise.all([pictures, new Promise(() => {})]))
  } finally {
    over.abort()
    comparisons.close()
    files?.close()
    options.folder?.close()
    await Promise.all(children.map((child) => child.stop()))
  }
}

/**
 * Requests the folder's first picture as the demo page does, so that edge and origin are warm when the page is opened.
 */
async function warmUp(folder: PictureFolder, base: string): Promise<void> {
  const [path = ''] = await folder.list()
  const headers = { Accept: 'image/avif,image/webp,*/*' }
  const init = { headers, signal: AbortSignal.timeout(WARM_UP_MS) }
  const response = await fetch(`${folderUrl(base, path)}?w=320`, init).catch(() => undefined)
  await response?.arrayBuffer().catch(() => undefined)
}

/** Encodes the pictures of the folder if there is one, else uploads the samples. */
async function showPictures(
  base: string,
  signal: AbortSignal,
  comparisons: ComparisonServer,
  { folder, samples, print }: StartOptions,
): Promise<void> {
  if (folder === undefined && samples)
    return await showSamples({ base, timeoutMs: SAMPLE_TIMEOUT_MS, signal }, comparisons, print)
  comparisons.finish()
  if (folder === undefined) return
  const { modelSet } = (await openModelFolder()).manifest
  const { length } = await folder.list()
  print(
    `${length === 1 ? '1 picture is' : `${length} pictures are`} served below ${base}/src/${FOLDER_SOURCE}/`,
  )
  await encodeFolder(folder, { base, timeoutMs: SAMPLE_TIMEOUT_MS, signal }, { modelSet, print })
}

/** Uploads the samples, and then compares them with other codecs. */
async function showSamples(
  target: UploadTarget,
  comparisons: ComparisonServer,
  print: (line: string) => void,
): Promise<void> {
  const { modelSet } = (await openModelFolder()).manifest
  const ready: Sample[] = []
  const onReady = (sample: Sample) => {
    print(`sample ${sample.id} is ready`)
    ready.push(sample)
  }
  await uploadSamples(target, { modelSet, print, onReady })
  // The codec is imported late, because loading it would delay the start.
  const { compareSample } = await import('./compare-sample.ts')
  for (const sample of ready) {
    await compareSample(sample, target, comparisons).catch((error) => {
      if (!target.signal?.aborted) print(`sample ${sample.id} is not compared with other codecs: ${error}`)
    })
  }
  comparisons.finish()
}

function start(name: string, argv: readonly string[], { root, env, print }: StartOptions): Child {
  return startChild(name, argv, {
    cwd: root,
    env: { ...env, ...CHILD_ENV },
    print: (line) => {
      if (!POLLING.test(line)) print(`[${name}] ${line}`)
    },
  })
}

function wranglerArgv(
  { root, port, state, env }: StartOptions,
  origin: string,
  comparisons: string,
  files: string | undefined,
): string[] {
  const configs = ['wrangler.toml', 'wrangler.transcoder.toml']
  for (const config of configs) {
    if (!existsSync(join(root, config)))
      throw new StrataError('FILE_FAILED', `${join(root, config)}: no such file`)
  }
  return [
    ...KEEP_CONNECTIONS,
    wranglerProgram(root),
    'dev',
    ...configs.flatMap((config) => ['-c', config]),
    ...['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'],
    ...['--persist-to', state],
    ...['--var', 'STRATA_ENV:development', '--var', `ORIGIN_URL:${origin}`],
    ...['--var', `COMPARISONS_URL:${comparisons}`],
    ...sourceVariables(env, files).flatMap((variable) => ['--var', variable]),
    '--show-interactive-dev-session=false',
  ]
}

/** Variables for the sources of the environment and the folder. Unset variables have the values of wrangler.toml. */
function sourceVariables(env: NodeJS.ProcessEnv, files: string | undefined): string[] {
  const sources = [env.SOURCES, files && `${FOLDER_SOURCE}=folder:${files}`].filter(Boolean)
  return [
    ...(sources.length > 0 ? [`SOURCES:${sources.join(' ')}`] : []),
    ...(env.LOOPBACK_SOURCES ? [`LOOPBACK_SOURCES:${env.LOOPBACK_SOURCES}`] : []),
    ...(files ? [`FOLDER_URL:${files}`] : []),
  ]
}

/** @throws StrataError FILE_FAILED when wrangler is not installed */
function wranglerProgram(root: string): string {
  try {
    const packageJson = requireFrom(join(root, 'package.json')).resolve('wrangler/package.json')
    return join(dirname(packageJson), 'bin', 'wrangler.js')
  } catch (cause) {
    throw new StrataError('FILE_FAILED', 'wrangler is not installed: npm install --save-dev wrangler', {
      cause,
    })
  }
}

async function healthy(name: string, url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!signal.aborted) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return
    if (Date.now() > deadline) {
      const state = response ? `answers ${response.status}` : 'does not answer'
      throw new StrataError('INTERNAL', `the ${name} ${state} at ${url} after ${START_TIMEOUT_MS / 1000} s`)
    }
    await sleep(200)
  }
}

/**
 * Sends a small request every second. When the connection from wrangler's proxy to the Worker breaks, the proxy puts the
 * GET aside and tries it again only when the next request comes (requestRetryQueue of wrangler's ProxyWorker).
 */
async function nudge(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(url, { method: 'OPTIONS', signal }).catch(() => undefined)
    await response?.body?.cancel()
    await sleep(NUDGE_MS, undefined, { ref: false, signal }).catch(() => undefined)
  }
}

/** Rejects when the first child ends. */
async function firstEnd(children: readonly Child[]): Promise<never> {
  const ends = children.map(async ({ name, ended }) => `the ${name} ended by itself (${await ended})`)
  throw new StrataError('INTERNAL', `${await Promise.race(ends)}; its output above says why`)
}

function stopped(stop: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(undefined)
    else stop.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
