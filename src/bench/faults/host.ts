import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { BatchResult, Sent } from './messages.ts'
import { Program } from './program.ts'

/** A running Worker, seen through the process that hosts it. */
export interface WorkerLink {
  /** Process id of workerd. */
  readonly runtime: number
  /** @throws when the process dies meanwhile */
  deliver(queue: string, messages: readonly Sent[]): Promise<BatchResult>
  /** Runs the Worker's sweep. @throws when the process dies meanwhile */
  sweep(): Promise<void>
}

/**
 * A Node program that hosts Miniflare, which runs workerd. It executes its parent's requests, ends when workerd ends,
 * and kills its process group when the parent is gone. Requests go to its first Worker.
 */
const HOST = `
  const { subscribe } = require('node:diagnostics_channel')
  let runtime
  subscribe('child_process', ({ process: child }) => {
    runtime = child
    child.once('exit', () => process.exit(1))
  })
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  const { Miniflare } = require(process.argv[1])
  let miniflare
  const methods = {
    async start(options) {
      miniflare = new Miniflare(options)
      await miniflare.ready
      return runtime.pid
    },
    deliver: async (queue, messages) => (await miniflare.getWorker()).queue(queue, messages),
    sweep: async () => void (await (await miniflare.getWorker()).scheduled({ cron: '17 * * * *' })),
  }
  process.on('message', async ({ call, method, args }) => {
    try {
      process.send({ call, value: await methods[method](...args) })
    } catch (error) {
      process.send({ call, error: String(error) })
    }
  })
`

/**
 * A Worker in a workerd process of its own.
 * @param miniflare path of the module
 * @param optionsOf options of Miniflare for the next start
 * @param temporary folder for what Miniflare leaves behind when it is killed
 */
export function workerProgram(
  name: string,
  { miniflare, temporary }: { readonly miniflare: string; readonly temporary: string },
  optionsOf: () => Promise<unknown>,
  onCrash: (name: string, output: string) => void,
): Program<WorkerLink> {
  return new Program({
    name,
    launch: () =>
      spawn(process.execPath, ['-e', HOST, '--', miniflare], {
        env: { ...process.env, TMPDIR: temporary, CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        serialization: 'advanced',
      }),
    async connect(child) {
      const call = callsTo(child)
      const runtime = (await call('start', await optionsOf())) as number
      return {
        runtime,
        deliver: async (queue, messages) => (await call('deliver', queue, messages)) as BatchResult,
        sweep: async () => void (await call('sweep')),
      }
    },
    onCrash,
  })
}

interface Answer {
  readonly call: number
  readonly value?: unknown
  readonly error?: string
}

function callsTo(child: ChildProcess) {
  const open = new Map<number, (answer: Answer) => void>()
  let calls = 0
  child.on('message', (answer: Answer) => {
    open.get(answer.call)?.(answer)
    open.delete(answer.call)
  })
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the process has ended')))
  gone.catch(() => undefined) // pending calls reject by themselves
  return async (method: string, ...args: readonly unknown[]): Promise<unknown> => {
    const call = calls++
    const answered = new Promise<Answer>((resolve) => open.set(call, resolve))
    if (child.connected) child.send({ call, method, args }, () => undefined)
    const { value, error } = await Promise.race([answered, gone])
    if (error !== undefined) throw new Error(error)
    return value
  }
}
