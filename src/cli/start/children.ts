import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Child {
  readonly name: string
  /** Resolves with the reason when the program has ended. */
  readonly ended: Promise<string>
  /** Ends the program and everything it started: first politely, after `GRACE_MS` by force. */
  stop(): Promise<void>
}

/** How long a program may take to put its things in order. */
const GRACE_MS = 5000

/**
 * Leads the process group that a program runs in. When the message channel to us breaks, because we were killed and
 * could stop nothing, it ends the whole group. SIGTERM goes to the group; the leader stays to report the end.
 */
const LEADER = `
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  process.on('SIGTERM', () => {})
  const program = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })
  program.once('exit', (code, signal) => process.send(signal ?? 'exit code ' + code, () => process.exit()))
`

/**
 * Runs a Node program in a process group of its own, so that `stop` reaches whatever the program starts, and Ctrl-C
 * in a terminal reaches only us. It gets no input; each line of its output goes to `print`.
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
      // The program has ended or must; what it left behind must too.
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
    // the group is empty
  }
}
