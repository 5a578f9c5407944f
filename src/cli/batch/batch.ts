import { StrataError } from '../../core/errors.ts'
import { EXIT, type Result } from '../command.ts'
import type { Io } from '../io.ts'
import type { BatchManifest } from './manifest.ts'
import { describeProgress } from './progress.ts'

interface Failure {
  readonly input: string
  readonly error: { readonly code: string; readonly message: string }
}

export interface Work {
  readonly json: unknown
  readonly text: string
}

export interface BatchOptions {
  /** Inputs worked on at once. @default 1 */
  readonly concurrency?: number
  /** Leaves out what was done before, and remembers what is done now. @default nothing */
  readonly manifest?: BatchManifest
  /** A hash of what the result of an input depends on; asked for with a manifest. */
  readonly fingerprint?: (input: string) => Promise<string>
  /** Whether what was made of an input is still there. @default it is */
  readonly isThere?: (input: string) => Promise<boolean>
}

/**
 * Works through several inputs; one that fails does not stop the others. The result is ok when all went well,
 * failed when none did, and partial otherwise. Mistakes in the command line end it at once.
 */
export async function runBatch(
  inputs: readonly string[],
  io: Io,
  work: (input: string) => Promise<Work>,
  { concurrency = 1, manifest, fingerprint, isThere = async () => true }: BatchOptions = {},
): Promise<Result> {
  const start = performance.now()
  const results: (Work | undefined)[] = []
  const failed: Failure[] = []
  let [next, done, skipped] = [0, 0, 0]

  function report(input: string): void {
    const elapsedMs = performance.now() - start
    io.progress(`${describeProgress({ done, total: inputs.length, skipped, elapsedMs })}  ${input}`)
  }

  async function workOn(input: string): Promise<Work> {
    const print = manifest && fingerprint ? await fingerprint(input) : undefined
    const before = print === undefined ? undefined : (manifest?.find(input, print) as Work | undefined)
    if (before !== undefined && (await isThere(input))) {
      skipped++
      return before
    }
    const result = await work(input)
    if (print !== undefined) await manifest?.add(input, print, result)
    return result
  }

  async function worker(): Promise<void> {
    while (next < inputs.length) {
      const index = next++
      const input = inputs[index] ?? ''
      report(input)
      try {
        results[index] = await workOn(input)
      } catch (error) {
        if (!(error instanceof StrataError) || inputs.length === 1) throw error
        failed.push({ input, error: { code: error.code, message: error.message } })
        io.err(`strata: ${error.message.startsWith(input) ? '' : `${input}: `}${error.message}\n`)
      }
      done++
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, inputs.length) }, worker))
  const good = results.filter((result) => result !== undefined)
  const seconds = Number(((performance.now() - start) / 1000).toFixed(2))
  const lines = good.map(({ text }) => text)
  if (inputs.length > 1) lines.push(summary(good.length - skipped, skipped, failed.length, seconds))
  const exitCode = failed.length === 0 ? EXIT.ok : good.length === 0 ? EXIT.failed : EXIT.partial
  return {
    json: { files: good.map(({ json }) => json), failed, skipped, seconds },
    text: lines.join('\n'),
    exitCode,
  }
}

function summary(done: number, skipped: number, failed: number, seconds: number): string {
  const parts = [`${done} done`, skipped > 0 && `${skipped} done before`, failed > 0 && `${failed} failed`]
  return `${parts.filter((part) => part).join(', ')}; ${seconds} s`
}
