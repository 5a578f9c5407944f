/**
 * `strata bench fuzz`: forged and damaged files, each of which the decoder must decode or refuse with a StrataError.
 * @module
 */

import { type DecodeOptions, decodeLayer, layerSymbols } from '../../codec/compass/decoder/decode.ts'
import { kernelsOf, referenceKernels } from '../../codec/compass/kernels/kernels.ts'
import { loadDecoderTable } from '../../codec/compass/shared/tables.ts'
import { StrataError } from '../../core/errors.ts'
import type { EntropyCoder } from '../../entropy/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import { encodeCase } from '../pictures/encode-case.ts'
import { gradient, photo, text } from '../pictures/formula.ts'
import { type Random, randomOf } from '../random.ts'
import type { FuzzFault } from '../report-faults.ts'
import { CASES, type CaseSource } from './cases.ts'
import type { CompassReader } from './compass-readers.ts'
import { type FuzzReport, runCases } from './loop.ts'
import { readEverything } from './read-everything.ts'

/** Largest strip, as a deployment limits it; a larger one is refused with INPUT_TOO_LARGE. */
const MAX_STRIP = { width: 8192, height: 32 }

/** @param encoder makes the valid files that cases begin with; `decoder` reads the cases */
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
  /** Parts of the product that decode the files, beside the decoder itself. @default none */
  readonly readers?: readonly CompassReader[]
  readonly progress?: ((done: number) => void) | undefined
  /** Called for each failure when it is found. */
  readonly onFault?: ((fault: FuzzFault) => void) | undefined
}): Promise<FuzzReport> {
  const { source, readers = [] } = options
  for (const file of source.valid) await decodeLayer(file, { runtime: source.runtime })
  for (const [seed, file] of source.valid.entries())
    for (const read of readers) await read(file, randomOf(seed)).catch(() => undefined)
  const kinds = Object.entries(CASES).map(
    ([name, make]) => [name, (random: Random) => make(random, source)] as const,
  )
  return await runCases(options, {
    kinds: Object.fromEntries(kinds),
    parts: [
      readEverything,
      (file, random) => decodeStreams(file, random, source),
      ...readers,
      (file, random) => decodeWhole(file, random, source),
    ],
  })
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
