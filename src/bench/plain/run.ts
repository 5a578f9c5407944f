/**
 * `strata bench plain`: the pictures that browsers get from a layered file, against those made from the original.
 * @module
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, parse } from 'node:path'
import sharp from 'sharp'
import { createRuntime } from '../../node/compose.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { encodedFile } from '../encoded-file.ts'
import { listPictures } from '../folder.ts'
import type { PeakMemory } from '../peak-memory.ts'
import { transcodeParts } from '../transcode-parts.ts'
import { type AnswerCpu, measureCpu } from './cpu.ts'
import { measureWidth, type PlainRow } from './measure.ts'
import type { AnswerProbe } from './memory.ts'

interface PlainBenchOptions {
  /** Folder of pictures. */
  readonly images: string
  /** Widths to measure. Pictures are measured at those that they have. */
  readonly widths: readonly number[]
  /** SSIMULACRA2 at which bytes are compared. */
  readonly score: number
  /** Rounds of the CPU measurement; 0: none. */
  readonly samples: number
  /** Folder that keeps the .strata files for later runs. @default none */
  readonly files?: string | undefined
  readonly codec: Pick<FileCodec, 'encodeUnverified'>
  readonly probe: AnswerProbe
  readonly progress: (text: string) => void
  /** Called for each row when it is measured, because all of them take long. */
  readonly measured?: (row: MeasuredRow) => void
}

/** One width of one photograph, with its cost. */
export interface MeasuredRow extends PlainRow {
  readonly image: string
  /** Null if not timed. */
  readonly cpuMs: AnswerCpu | null
  readonly memory: PeakMemory
}

/** Rounds of warm-up after the first. */
const WARMED_UP = 2

/**
 * Measures all pictures of a folder.
 * @throws StrataError FILE_FAILED for no pictures, or encoders that are not installed; INPUT_*, MODEL_INVALID
 */
export async function benchPlain(options: PlainBenchOptions): Promise<MeasuredRow[]> {
  const { images, widths, score, samples, probe, progress, measured = () => {} } = options
  const parts = transcodeParts(await createRuntime('wasm'))
  // One thread for sharp, as at the edge. CPU time would be the same with more, but encoders would split pictures.
  sharp.concurrency(1)
  const temporary = options.files === undefined ? await mkdtemp(join(tmpdir(), 'strata-plain-')) : undefined
  const rows: MeasuredRow[] = []
  try {
    for (const path of await listPictures(images)) {
      const say = (text: string) => progress(`${basename(path)} ${text}`)
      const original = await readInput(path)
      const picture = await readPicture(original.slice())
      const target = join(options.files ?? temporary!, `${parse(path).name}.strata`)
      say('encoding')
      const file = await encodedFile(target, original, picture, options.codec)
      for (const width of widths.filter((width) => width <= picture.width)) {
        const row = await measureWidth(file, picture, width, { score, parts, progress: say })
        say(`${width} CPU time`)
        const warmUp = rows.some(({ cpuMs }) => cpuMs !== null) ? WARMED_UP : undefined
        const cpuMs = samples > 0 ? await measureCpu(file, original, width, { parts, samples, warmUp }) : null
        say(`${width} memory`)
        rows.push({ image: parse(path).name, ...row, cpuMs, memory: await probe(target, width) })
        measured(rows.at(-1)!)
      }
    }
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
  return rows
}
