import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { originEnvironment } from '../../../src/cli/start/origin-environment.ts'

/** Encodes eight pictures at once, then prints how many arenas glibc has made beside the main one, by proc_pid_maps(5). */
const PROGRAM = `
  import { readFileSync } from 'node:fs'
  import sharp from 'sharp'

  const create = { width: 300, height: 200, channels: 3, background: '#b45309' }
  await Promise.all(Array.from({ length: 8 }, () => sharp({ create }).avif({ effort: 0 }).toBuffer()))
  const lines = readFileSync('/proc/self/maps', 'utf8').trim().split('\\n')
  const ranges = lines.map((line) => {
    const [, from, to, mode] = /^(\\w+)-(\\w+) (\\S+)/.exec(line)
    return { from: parseInt(from, 16), to: parseInt(to, 16), mode }
  })
  // A heap of an arena is 64 MiB at a multiple of that: what is in use, then what is reserved.
  const HEAP = 2 ** 26
  const isHeap = ({ from, to, mode }, i) => {
    const rest = ranges[i + 1]
    return from % HEAP === 0 && mode === 'rw-p' && rest?.from === to && rest.mode === '---p' && rest.to - from === HEAP
  }
  console.log(ranges.filter(isHeap).length)
`

async function arenas(env: NodeJS.ProcessEnv): Promise<number> {
  const argv = ['--input-type=module', '--eval', PROGRAM]
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env })
  return Number(stdout)
}

function isGlibc(): boolean {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime !== undefined && process.arch === 'x64'
}

describe('originEnvironment', () => {
  it('keeps allocator settings of the environment', () => {
    const env = originEnvironment({ MALLOC_ARENA_MAX: '7', HOME: '/home/someone' })
    expect(env).toMatchObject({ MALLOC_ARENA_MAX: '7', HOME: '/home/someone' })
  })

  it.runIf(isGlibc())('has the threads share an arena', async () => {
    const { MALLOC_ARENA_MAX: _, ...env } = process.env
    expect(await arenas(env)).toBeGreaterThan(2)
    expect(await arenas(originEnvironment(env))).toBeLessThanOrEqual(1)
  })
})
