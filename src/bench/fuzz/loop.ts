import { StrataError, type StrataErrorCode } from '../../core/errors.ts'
import { FILE_REFUSALS } from '../../format/refusals.ts'
import { type Random, randomOf } from '../random.ts'
import type { FuzzFault } from '../report-faults.ts'

/** Limits of one case: its CPU time, and its memory beyond that of the largest valid file. */
const LIMIT_MS = 1000
const LIMIT_BYTES = 64 * 1024 * 1024

/** Codes with which a bad file may be refused. Any other code or error is a defect. */
const ALLOWED: readonly StrataErrorCode[] = [...FILE_REFUSALS, 'INPUT_TOO_LARGE', 'PARAM_INVALID']

export interface FuzzReport {
  readonly cases: number
  /** Number of cases by the error code of the whole decode; `decoded` counts those without an error. */
  readonly outcomes: Readonly<Record<string, number>>
  /** By CPU time. */
  readonly slowest: { readonly seed: number; readonly kind: string; readonly ms: number }
  /** The largest rise of the process's peak memory by one case. */
  readonly largest: { readonly seed: number; readonly kind: string; readonly bytes: number }
  readonly failures: readonly FuzzFault[]
}

/** How cases are made, and the readers to which they are given. */
interface FuzzWork {
  /** Ways to make a file, by name. */
  readonly kinds: Readonly<Record<string, (random: Random) => Uint8Array | Promise<Uint8Array>>>
  /** Checks of a case that fail independently. The outcome is that of the last one. */
  readonly parts: readonly ((file: Uint8Array, random: Random) => unknown)[]
  /** Codes that are allowed besides those of a bad file. @default none */
  readonly allowed?: readonly StrataErrorCode[]
}

interface FuzzOptions {
  readonly cases: number
  readonly seed: number
  readonly progress?: ((done: number) => void) | undefined
  /** Called for each failure when it is found. */
  readonly onFault?: ((fault: FuzzFault) => void) | undefined
}

/** Runs the cases of `cases` seeds from `seed` on; a failure does not end it. */
export async function runCases(
  { cases, seed: first, progress, onFault }: FuzzOptions,
  work: FuzzWork,
): Promise<FuzzReport> {
  const outcomes: Record<string, number> = {}
  const failures: FuzzFault[] = []
  let slowest = { seed: first, kind: '', ms: 0 }
  let largest = { seed: first, kind: '', bytes: 0 }
  for (let seed = first; seed < first + cases; seed++) {
    const { kind, outcome, ms, bytes, reason } = await runCase(seed, work)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (ms > slowest.ms) slowest = { seed, kind, ms }
    if (bytes > largest.bytes) largest = { seed, kind, bytes }
    if (reason) {
      failures.push({ seed, kind, reason })
      onFault?.({ seed, kind, reason })
    }
    progress?.(seed - first + 1)
  }
  return { cases, outcomes, slowest, largest, failures }
}

interface CaseResult {
  readonly kind: string
  readonly outcome: string
  readonly ms: number
  readonly bytes: number
  readonly reason: string | undefined
}

async function runCase(seed: number, work: FuzzWork): Promise<CaseResult> {
  const random = randomOf(seed)
  const [kind, make] = random.pick(Object.entries(work.kinds))
  const file = await make(random)
  const before = peakBytes()
  const first = await attempt(file, seed, work)
  const bytes = peakBytes() - before
  // Repeat a slow case, because garbage may have been collected; a truly slow case is slow again.
  const { outcome, ms, reason } = first.ms > LIMIT_MS ? await attempt(file, seed, work) : first
  if (reason) return { kind, outcome, ms, bytes, reason }
  if (ms > LIMIT_MS) return { kind, outcome, ms, bytes, reason: `took ${Math.round(ms)} ms` }
  const isLarge = bytes > LIMIT_BYTES
  return { kind, outcome, ms, bytes, reason: isLarge ? `took ${Math.round(bytes / 2 ** 20)} MiB` : undefined }
}

async function attempt(
  file: Uint8Array,
  seed: number,
  { parts, allowed = [] }: FuzzWork,
): Promise<Pick<CaseResult, 'outcome' | 'ms' | 'reason'>> {
  const random = randomOf(seed + 1)
  const started = cpuMs()
  let outcome = 'decoded'
  let reason: string | undefined
  for (const part of parts) {
    outcome = 'decoded'
    const wrong = await complaint(async () => {
      try {
        await part(file, random)
      } catch (error) {
        outcome = error instanceof StrataError ? error.code : 'other'
        throw error
      }
    }, [...ALLOWED, ...allowed])
    reason ??= wrong
  }
  return { outcome, ms: cpuMs() - started, reason }
}

/** Reason why a thrown error is not allowed for a bad file; undefined when it is allowed. */
async function complaint(
  work: () => unknown,
  allowed: readonly StrataErrorCode[],
): Promise<string | undefined> {
  try {
    await work()
  } catch (error) {
    if (error instanceof StrataError && allowed.includes(error.code)) return undefined
    return error instanceof StrataError
      ? `${error.code}: ${error.message}`
      : String((error as Error)?.stack ?? error)
  }
  return undefined
}

/** The most memory this process ever held, in bytes. */
function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS
}

/** CPU time of all threads of this process, in milliseconds, which is independent of other programs. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
