import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StrataError } from '../../core/errors.ts'
import { listenOnLoopback } from '../../node/listen.ts'

/** A server on loopback. */
export interface Server {
  /** Without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** Version of IPX, the peer. */
const IPX = 'ipx@3.1.1'

const START_MS = 120_000
/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE_MS = 5000

/**
 * The origin in a process of its own, with default settings.
 * @param program path of dist/cli/main.js
 * @throws StrataError FILE_FAILED
 */
export async function startOrigin(program: string): Promise<Server> {
  return await startProgram('the origin', (port) => [program, 'serve', '--port', port])
}

/**
 * IPX in a process of its own, as its command line starts it.
 * @param root the folder whose node_modules contains it
 * @param folder of pictures
 * @throws StrataError FILE_FAILED when it is not installed
 */
export async function startIpx(root: string, folder: string): Promise<Server> {
  const program = join(root, 'node_modules/ipx/bin/ipx.mjs')
  if (!existsSync(program))
    throw new StrataError('FILE_FAILED', `IPX is not installed: npm install --save-dev ${IPX}`)
  const options = ['--dir', folder, '--host', '127.0.0.1']
  return await startProgram('IPX', (port) => [program, 'serve', ...options, '--port', port])
}

async function startProgram(name: string, argv: (port: string) => string[]): Promise<Server> {
  const port = await freePort()
  const defaults = Object.entries(process.env).filter(
    ([variable]) => !/^(ORIGIN_|IPX_|PORT$|HOST$)/.test(variable),
  )
  const child = spawn(process.execPath, argv(String(port)), {
    env: Object.fromEntries(defaults),
    stdio: 'ignore',
  })
  let isOver = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  const url = `http://127.0.0.1:${port}`
  const close = async () => {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })])
    child.kill('SIGKILL')
    await ended
  }
  const deadline = performance.now() + START_MS
  while (!(await answers(url))) {
    if (!isOver && performance.now() < deadline) {
      await sleep(100)
      continue
    }
    await close()
    throw new StrataError(
      'FILE_FAILED',
      `${name} did not start: ${[process.execPath, ...argv('N')].join(' ')}`,
    )
  }
  return { url, close }
}

/** Whether anything answers at this address, with any status. */
async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listenOnLoopback(probe)
  await new Promise((resolve) => probe.close(resolve))
  return port
}
