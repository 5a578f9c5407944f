import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { transform } from 'esbuild'
import { describe, expect, it, vi } from 'vitest'
import { startChild } from '../../../src/cli/start/children.ts'
import { folder } from '../harness.ts'

/** A program that starts another, prints the id of that one, and ignores SIGTERM when told to. */
const PARENT = `
  const { spawn } = require('node:child_process')
  if (process.env.STUBBORN) process.on('SIGTERM', () => {})
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  console.log('grandchild ' + child.pid)
  setInterval(() => {}, 1000)
`

/** A program that starts that one by `startChild`. */
const MAIN = `
  import { startChild } from './children.mjs'
  startChild('parent', ['parent.cjs'], { cwd: '.', env: process.env, print: (line) => console.log(line) })
`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A dead process keeps its entry until the system's first process has taken note, which may take seconds.
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function startParent(env: NodeJS.ProcessEnv = {}) {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const child = startChild('parent', ['-e', PARENT], {
    cwd: process.cwd(),
    env: { ...process.env, ...env },
    print,
  })
  await vi.waitFor(() => expect(lines[0]).toMatch(/^grandchild \d+$/), 10_000)
  return { child, grandchild: Number(lines[0]?.split(' ')[1]) }
}

describe('startChild', () => {
  it('stops the process and its descendants', async () => {
    const { child, grandchild } = await startParent()
    expect(isAlive(grandchild)).toBe(true)
    await child.stop()
    expect(await child.ended).toBe('SIGTERM')
    await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false))
    await child.stop() // again does no harm
  })

  it('kills a process that ignores SIGTERM', async () => {
    const { child, grandchild } = await startParent({ STUBBORN: '1' })
    await child.stop()
    expect(await child.ended).toBe('SIGKILL')
    await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false))
  })

  it('ends all processes when the parent is killed', async () => {
    const module = new URL('../../../src/cli/start/children.ts', import.meta.url)
    const { code } = await transform(await readFile(module, 'utf8'), { loader: 'ts' })
    const dir = await folder({ 'children.mjs': code, 'main.mjs': MAIN, 'parent.cjs': PARENT })
    const main = spawn(process.execPath, ['main.mjs'], { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(main.stdout, 'data')) as [Buffer]
    const grandchild = Number(line.toString().split(' ')[1])
    expect(isAlive(grandchild)).toBe(true)
    main.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false), 5000)
  })

  it('reports how a process ended by itself', async () => {
    const options = { cwd: process.cwd(), env: process.env, print: () => {} }
    expect(await startChild('x', ['-e', 'process.exit(7)'], options).ended).toBe('exit code 7')
  })
})
