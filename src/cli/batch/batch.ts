/**
 * src/cli/batch is shared by commands with many inputs: finding pictures, processing them, progress, the manifest.
 * @module
 */

import { StrataError } from '../../core/errors.ts'
import { mapInTurns } from '../../core/map-in-turns.ts'
import { EXIT, type Result } from '../command.ts'
import type { Io } from '../io.ts'
import type { BatchManifest } from './manifest.ts'
import { describeProgress } from './progress.ts'

interface Failure {
  readonly input: string
  readonly error: { readonly code: string; readonly message: string }
}

interface Work {
  readonly json: unknown
  readonly text: string
}

export interface BatchOptions {
  /** Inputs processed at a time. @default 1 */
  readonly concurrency?: number
  /** Record of finished inputs, which are skipped. @default none: all inputs are processed */
  readonly manifest?: BatchManifest
  /** Hash of everything that the result of an input depends on. It is needed with a manifest. */
  readonly fingerprint?: (input: string) => Promise<string>
  /** Whether the result of a finished input still exists. @default always true */
  readonly isThere?: (input: string) => Promise<boolean>
  /** Files in the given folders that are not inputs. They are reported once, and in the JSON. @default none */
  readonly ignored?: readonly string[]
  /** Milliseconds between two lines of progress when stderr is not a terminal. @default none: no such lines */
  readonly noteMs?: number
}

/** Interval of progress lines for commands that wait for a server, so that a log shows that they still run. */
export const NOTE_MS = 10_000
/** Ignored files that are listed by name; the others are only counted. */
const SHOWN_IGNORED = 5

/**
 * Processes several inputs. A failed input does not stop the others. The exit code is ok when all inputs succeeded, failed
 * when none did, and partial otherwise. Errors in the command line stop the batch at once.
 */
export async function runBatch(
  inputs: readonly string[],
  io: Io,
  work: (input: string) => Promise<Work>,
  options: BatchOptions = {},
): Promise<Result> {
  const { concurrency = 1, ignored = [], noteMs } = options
  if (ignored.length > 0) io.err(`strata: ${describeIgnored(ignored)}\n`)
  const start = performance.now()
  const failed: Failure[] = []
  const inWork = new Set<string>()
  let [done, skipped] = [0, 0]

  function describe(): string {
    const elapsedMs = performance.now() - start
    return describeProgress({ done, total: inputs.length, skipped, elapsedMs })
  }

  async function workOn(input: string): Promise<Work | undefined> {
    inWork.add(input)
    io.progress(`${describe()}  ${input}`)
    try {
      const { result, isOld } = await resultOf(input, work, options)
      if (isOld) skipped++
      return result
    } catch (error) {
      if (!(error instanceof StrataError) || inputs.length === 1) throw error
      failed.push({ input, error: { code: error.code, message: error.message } })
      io.err(`strata: ${error.message.startsWith(input) ? '' : `${input}: `}${error.message}\n`)
      return undefined
    } finally {
      inWork.delete(input)
      done++
    }
  }

  const note = () => io.note(`${describe()}  ${[...inWork].join(', ')}`)
  const notes = noteMs === undefined ? undefined : setInterval(note, noteMs)
  const results = await mapInTurns(inputs, concurrency, workOn).finally(() => clearInterval(notes))
  const good = results.filter((result) => result !== undefined)
  const seconds = Number(((performance.now() - start) / 1000).toFixed(2))
  const lines = good.map(({ text }) => text)
  if (inputs.length > 1) lines.push(summary(good.length - skipped, skipped, failed.length, seconds))
  const exitCode = failed.length === 0 ? EXIT.ok : good.length === 0 ? EXIT.failed : EXIT.partial
  return {
    json: {
      files: good.map(({ json }) => json),
      failed,
      skipped,
      ...(ignored.length > 0 && { ignored }),
      seconds,
    },
    text: lines.join('\n'),
    exitCode,
  }
}

/** The result of an input: that of an earlier run, where the manifest has it, else a new one. */
async function resultOf(
  input: string,
  work: (input: string) => Promise<Work>,
  { manifest, fingerprint, isThere = async () => true }: BatchOptions,
): Promise<{ readonly result: Work; readonly isOld: boolean }> {
  const print = manifest && fingerprint ? await fingerprint(input) : undefined
  const before = print === undefined ? undefined : (manifest?.find(input, print) as Work | undefined)
  if (before !== undefined && (await isThere(input))) return { result: before, isOld: true }
  const result = await work(input)
  if (print !== undefined) await manifest?.add(input, print, result)
  return { result, isOld: false }
}

function describeIgnored(ignored: readonly string[]): string {
  const rest = ignored.length - SHOWN_IGNORED
  const names = [...ignored.slice(0, SHOWN_IGNORED), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
  return `left out, because their names are not those of pictures: ${names}`
}

function summary(done: number, skipped: number, failed: number, seconds: number): string {
  const parts = [`${done} done`, skipped > 0 && `${skipped} done before`, failed > 0 && `${failed} failed`]
  return `${parts.filter((part) => part).join(', ')}; ${seconds} s`
}
