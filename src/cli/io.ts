import type { FileCodec } from '../node/file-codec.ts'

/** Everything outside of a command that it uses. Tests pass their own and run commands in their process. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** Shows or replaces the progress line. Does nothing unless stderr is a terminal. */
  progress(text: string): void
  /** Prints an occasional line on stderr when no terminal shows the progress line, such as in a log. */
  note(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** The codec with its runtimes; loaded on first use, because it is heavy. */
  codec(): Promise<FileCodec>
  /**
   * From this call on, Ctrl-C and SIGTERM abort the signal instead of ending the process; a second one ends it.
   * For commands that must clean up before they stop.
   */
  stopSignal(): AbortSignal
}

const CLEAR_LINE = '\r\u001b[K'
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Exit code that shells use for a program ended by Ctrl-C: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130

/** The streams, signals and environment of this process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process
  // `strata info … | head -1` closes the pipe early, which is not an error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  let lineShown = false
  function clear(): void {
    if (lineShown) stderr.write(CLEAR_LINE)
    lineShown = false
  }
  return {
    env,
    out(text) {
      clear()
      stdout.write(text)
    },
    err(text) {
      clear()
      stderr.write(text)
    },
    progress(text) {
      if (!stderr.isTTY) return
      stderr.write(CLEAR_LINE + text.slice(0, stderr.columns - 1))
      lineShown = text !== ''
    },
    note(text) {
      if (!stderr.isTTY) stderr.write(`${text}\n`)
    },
    codec: async () => (await import('../node/file-codec.ts')).loadCodec(),
    stopSignal() {
      const controller = new AbortController()
      for (const name of STOP_SIGNALS) {
        process.on(name, () => {
          if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED)
          controller.abort(name)
        })
      }
      return controller.signal
    },
  }
}
