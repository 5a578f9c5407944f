/**
 * `strata bench fuzz`: forged and damaged files, each of which the decoder must decode or refuse with a StrataError.
 * @module
 */

import { type DecodeOptions, decodeLayer, layerSymbols } from '../../codec/compass/decoder/decode.ts'
import { kernelsOf, referenceKernels } from '../../codec/compass/kernels/kernels.ts'
import { loadDecoderTable } from '../../codec/compass/shared/tables.ts'
import { StrataError, type StrataErrorCode } from '../../core/errors.ts'
import type { EntropyCoder } from '../../entropy/types.ts'
import { describeHeader } from '../../format/describe.ts'
import { readStrips } from '../../format/layers.ts'
import { truncateToLayer, upgradeRange } from '../../format/ranges.ts'
import { headerLength, readHeader, wholeLayers } from '../../format/reader.ts'
import { FILE_REFUSALS } from '../../format/refusals.ts'
import type { Runtime } from '../../runtime/types.ts'
import { encodeCase } from '../pictures/encode-case.ts'
import { gradient, photo, text } from '../pictures/formula.ts'
import { CASES, type CaseSource } from './cases.ts'
import { type Random, randomOf } from './random.ts'

/** Limits of one case: its time, and its memory beyond that of the largest valid file. */
const LIMIT_MS = 1000
const LIMIT_BYTES = 64 * 1024 * 1024

/** Largest strip, as a deployment limits it; a larger one is refused with INPUT_TOO_LARGE. */
const MAX_STRIP = { width: 8192, height: 32 }

/** Codes with which a bad file may be refused. Any other code or error is a defect. */
const ALLOWED: readonly StrataErrorCode[] = [...FILE_REFUSALS, 'INPUT_TOO_LARGE', 'PARAM_INVALID']

interface FuzzFailure {
  /** `strata bench fuzz --cases 1 --seed` runs this case alone. */
  readonly seed: number
  readonly kind: string
  readonly reason: string
}

export interface FuzzReport {
  readonly cases: number
  /** Number of cases by the error code of the whole decode; `decoded` counts those without an error. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly slowest: { readonly seed: number; readonly kind: string; readonly ms: number }
  /** The largest rise of the process's peak memory by one case. */
  readonly largest: { readonly seed: number; readonly kind: string; readonly bytes: number }
  readonly failures: readonly FuzzFailure[]
}

/** @param encoder makes the valid files that cases begin with; `decoder` reads what becomes of them */
export async function fuzzSource(encoder: Runtime, decoder: Runtime): Promise<CaseSource> {
  const rungs = (...list: [width: number, quality: number][]) =>
    list.map(([width, quality]) => ({ width, quality }))
  const files = [
    { image: photo(1, 1), ladder: rungs([1, 50]) },
    { image: photo(61, 47), ladder: rungs([61, 70]) },
    { image: photo(64, 48), ladder: rungs([32, 60], [64, 60]) },
    { image: text(40, 300), ladder: rungs([20, 30], [40, 60]) },
    { image: gradient(24, 20), ladder: rungs([24, 10], [24, 40], [24, 90]) },
    {
      image: photo(33, 21, 5),
      ladder: rungs([3, 50], [5, 50], [8, 60], [11, 50], [17, 9], [33, 50], [33, 80]),
    },
  ]
  const { width, height } = MAX_STRIP
  const large = { image: gradient(width, height), ladder: rungs([width, 20], [width, 60]) }
  const small = await Promise.all(files.map((one) => encodeCase(one, { encoder, decoder })))
  return {
    files: small,
    valid: [...small, await encodeCase(large, { encoder, decoder })],
    table: await loadDecoderTable(decoder),
    model: decoder,
    runtime: decoder,
  }
}

/** Runs the cases of `cases` seeds from `seed` on; a failure does not end it. */
export async function runFuzz(options: {
  readonly cases: number
  readonly seed: number
  readonly source: CaseSource
  readonly progress?: (done: number) => void
}): Promise<FuzzReport> {
  const { cases, seed: first, source, progress } = options
  const outcomes: Record<string, number> = {}
  const failures: FuzzFailure[] = []
  let slowest = { seed: first, kind: '', ms: 0 }
  let largest = { seed: first, kind: '', bytes: 0 }
  for (const file of source.valid) await decodeLayer(file, { runtime: source.runtime })
  for (let seed = first; seed < first + cases; seed++) {
    const { kind, outcome, ms, bytes, reason } = await runCase(seed, source)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (ms > slowest.ms) slowest = { seed, kind, ms }
    if (bytes > largest.bytes) largest = { seed, kind, bytes }
    if (reason) failures.push({ seed, kind, reason })
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

async function runCase(seed: number, source: CaseSource): Promise<CaseResult> {
  const random = randomOf(seed)
  const [kind, make] = random.pick(Object.entries(CASES))
  const file = await make(random, source)
  const before = peakBytes()
  const first = await attempt(file, seed, source)
  const bytes = peakBytes() - before
  // Repeat a slow case, because the machine may have been busy; a truly slow case is slow again.
  const { outcome, ms, reason } = first.ms > LIMIT_MS ? await attempt(file, seed, source) : first
  if (reason) return { kind, outcome, ms, bytes, reason }
  if (ms > LIMIT_MS) return { kind, outcome, ms, bytes, reason: `took ${Math.round(ms)} ms` }
  const isLarge = bytes > LIMIT_BYTES
  return { kind, outcome, ms, bytes, reason: isLarge ? `took ${Math.round(bytes / 2 ** 20)} MiB` : undefined }
}

async function attempt(
  file: Uint8Array,
  seed: number,
  source: CaseSource,
): Promise<Pick<CaseResult, 'outcome' | 'ms' | 'reason'>> {
  const random = randomOf(seed + 1)
  const started = performance.now()
  const reason =
    (await complaint(() => readEverything(file, random))) ??
    (await complaint(() => decodeStreams(file, random, source)))
  let outcome = 'decoded'
  const wrong = await complaint(async () => {
    try {
      await decodeWhole(file, random, source)
    } catch (error) {
      outcome = error instanceof StrataError ? error.code : 'other'
      throw error
    }
  })
  return { outcome, ms: performance.now() - started, reason: reason ?? wrong }
}

/** Reason why a thrown error is not allowed for a bad file; undefined when it is allowed. */
async function complaint(work: () => unknown): Promise<string | undefined> {
  try {
    await work()
  } catch (error) {
    if (error instanceof StrataError && ALLOWED.includes(error.code)) return undefined
    return error instanceof StrataError
      ? `${error.code}: ${error.message}`
      : String((error as Error)?.stack ?? error)
  }
  return undefined
}

/** Reads everything that the container offers. */
function readEverything(file: Uint8Array, random: Random): void {
  headerLength(file)
  const header = readHeader(file)
  describeHeader(header)
  const whole = wholeLayers(header, file.length)
  if (header.layers.length > 1) upgradeRange(header, 0, header.layers.length - 1)
  if (whole > 0) truncateToLayer(file, random.below(whole))
  for (const layer of header.layers) {
    const strips = readStrips(file, layer)
    for (let i = 0; i < strips.count; i++) strips.strip(i)
  }
}

/** Decodes a part of the file as a stream. Both entropy decoders must return the same symbols, or both must refuse. */
function decodeStreams(file: Uint8Array, random: Random, { runtime }: CaseSource): void {
  const from = random.below(file.length + 1)
  const bytes = file.slice(from, from + 2 * random.below(300))
  for (let state = 0; state < 4 && bytes.length >= 16; state++) bytes[4 * state + 2]! |= 1
  const indexes = Uint8Array.from({ length: random.below(2000) }, () => random.below(64))
  const [a, b] = [kernelsOf(runtime).coder, referenceKernels.coder].map((coder) =>
    symbolsOf(coder, bytes, indexes),
  )
  if (a === b) return
  throw new Error(`the entropy decoders differ: ${a?.slice(0, 80)} and ${b?.slice(0, 80)}`)
}

/** Decodes symbols without the check of the stream's end, which random bytes hardly ever pass. */
function symbolsOf(coder: EntropyCoder, bytes: Uint8Array, indexes: Uint8Array): string {
  const out = new Int16Array(indexes.length)
  try {
    coder.decoder(bytes).decode(indexes, out)
    return out.join()
  } catch (error) {
    if (error instanceof StrataError) return error.code
    throw error
  }
}

async function decodeWhole(file: Uint8Array, random: Random, { runtime }: CaseSource): Promise<void> {
  const layer = random.chance(0.3) ? { layer: random.below(5) } : {}
  const options: DecodeOptions = { runtime, maxStripPixels: MAX_STRIP.width * MAX_STRIP.height, ...layer }
  if (random.chance(0.25)) await layerSymbols(file, options)
  else await decodeLayer(file, options)
}

/** The most memory this process ever held, in bytes. */
function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS
}
