import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Child {
  readonly name: string
  /** Resolves with the reason when the program has ended. */
  readonly ended: Promise<string>
  /** Ends the program and all processes that it started: first by SIGTERM, after `GRACE_MS` by SIGKILL. */
  stop(): Promise<void>
}

/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE_MS = 5000

/**
 * A Node script that leads the process group of a program. It kills the group when the message channel to its parent
 * breaks, which means that the parent was killed. SIGTERM reaches the whole group; the leader ignores it and reports
 * how the program ended.
 */
const LEADER = `
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  process.on('SIGTERM', () => {})
  const program = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })
  program.once('exit', (code, signal) => process.send(signal ?? 'exit code ' + code, () => process.exit()))
`

/**
 * Runs a Node program in a process group of its own: `stop` reaches every process that the program starts, and Ctrl-C
 * in a terminal reaches only this process. The program has no input; each line of its output goes to `print`.
 */
export function startChild(
  name: string,
  argv: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly print: (line: string) => void },
): Child {
  const leader = spawn(process.execPath, ['-e', LEADER, '--', ...argv], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [leader.stdout, leader.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', options.print)
  }
  const ended = new Promise<string>((resolve) => {
    leader.once('message', (reason) => resolve(String(reason)))
    leader.once('error', (error) => resolve(error.message))
    leader.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  return {
    name,
    ended,
    async stop() {
      signalGroup(leader.pid, 'SIGTERM')
      await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })])
      // Ends processes that the program left behind.
      signalGroup(leader.pid, 'SIGKILL')
      await ended
    },
  }
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, signal)
  } catch {
    // The group has no processes any more.
  }
}
