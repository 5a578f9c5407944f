import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { StrataError } from '../../core/errors.ts'
import { readProcessStatus } from '../process-status.ts'
import { freePort } from './program.ts'

/** Edge and origin, each in processes of their own. */
export interface RunningSite {
  /** Where the plugin is mounted. */
  readonly url: string
  /** The process that started the others. */
  readonly pid: number
  /** Folder of the bucket and the queue, which is deleted with the site. */
  readonly state: string
  close(): Promise<void>
}

const START_MS = 180_000
/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 20_000
/** Number of output lines that an error shows. */
const SHOWN_LINES = 20

/**
 * Runs `strata start` without samples and with an empty bucket.
 * @param program path of dist/cli/main.js
 * @throws StrataError FILE_FAILED when it does not start
 */
export async function startSite(program: string): Promise<RunningSite> {
  const state = await mkdtemp(join(tmpdir(), 'strata-site-'))
  const [port, originPort] = [await freePort(), await freePort()]
  const own = Object.entries(process.env).filter(([name]) => !/^(ORIGIN_|STRATA_|SOURCES$|PORT$)/.test(name))
  const child = spawn(process.execPath, [program, 'start', '--no-samples', '--json', '--state', state], {
    env: { ...Object.fromEntries(own), PORT: String(port), ORIGIN_PORT: String(originPort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (lines.length > SHOWN_LINES) lines.shift()
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /"ready":"(.+?)"/.exec(line)?.[1]
      if (url) resolve(url)
    })
  })
  const close = async () => {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })])
    child.kill('SIGKILL')
    await ended
    await rm(state, { recursive: true, force: true })
  }
  const url = await Promise.race([ready, ended, sleep(START_MS, undefined, { ref: false })])
  if (typeof url === 'string') return { url: `${url}cdn`, pid: child.pid ?? 0, state, close }
  await close()
  throw new StrataError('FILE_FAILED', `strata start did not come up:\n${lines.join('\n')}`)
}

/** One process of the site. */
interface ProcessMemory {
  readonly pid: number
  readonly name: string
  /** Resident memory in bytes. */
  readonly rss: number
}

interface Entry {
  readonly pid: number
  readonly parent: number
  readonly rss: number
}

/**
 * Resident memory of a process and its descendants, by program.
 * @throws StrataError FILE_FAILED on systems without /proc (proc(5))
 */
export async function memoryOf(root: number): Promise<ProcessMemory[]> {
  const names = await readdir('/proc').catch((cause) => {
    throw new StrataError('FILE_FAILED', '/proc: expected a system that has it, such as Linux', { cause })
  })
  const read = names.filter((name) => /^\d+$/.test(name)).map(readEntry)
  const entries = (await Promise.all(read)).filter((entry) => entry !== undefined)
  const family = [root]
  for (const pid of family)
    family.push(...entries.filter(({ parent }) => parent === pid).map((entry) => entry.pid))
  const own = entries.filter(({ pid }) => family.includes(pid))
  const named = await Promise.all(own.map(async ({ pid, rss }) => ({ pid, rss, name: await nameOf(pid) })))
  return named.filter(({ name }) => name !== '')
}

/** A process may end while it is inspected. */
async function readEntry(pid: string): Promise<Entry | undefined> {
  const field = await readProcessStatus(pid)
  const [parent, kilobytes] = [field('PPid'), field('VmRSS')]
  return kilobytes > 0 ? { pid: Number(pid), parent, rss: 1024 * kilobytes } : undefined
}

/** Name of the part that a process runs; empty for helpers that only wait. */
async function nameOf(pid: number): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  const has = (text: string) => words.some((word) => word.endsWith(text))
  if (words[0]?.endsWith('workerd')) return 'workerd'
  if (words[1] === '-e') return '' // leads a group of processes
  if (has('serve')) return 'origin'
  if (has('wrangler.js') || has('wrangler-dist/cli.js')) return 'wrangler'
  return has('start') ? 'start' : ''
}
