/**
 * `strata bench rd`: rate and distortion of layered files, BD-rates against other codecs, their tables and plots.
 * @module
 */

import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FileCodec } from '../../node/file-codec.ts'
import { fileError, writeOutput } from '../../node/files.ts'
import type { Metric } from '../../pixels/judge.ts'
import { compare } from './compare.ts'
import { renderMarkdown, renderPlots } from './files.ts'
import { measurePicture, type Variant } from './measure.ts'
import { type RdReport, summarize } from './report.ts'
import { type RdRow, readAnchors } from './rows.ts'

interface RdBenchOptions {
  /** Paths of the pictures. */
  readonly pictures: readonly string[]
  /** Name of the set. */
  readonly set: string
  readonly qualities: readonly number[]
  /** Gradient steps of the encoder. */
  readonly refine: number
  readonly variants: readonly Variant[]
  /** Metrics by which codecs are compared. */
  readonly metrics: readonly Metric[]
  readonly codec: Pick<FileCodec, 'encodeUnverified' | 'decode'>
  /** File for the measurements, a JSON array. */
  readonly out: string
  /** File with measurements of other codecs. */
  readonly anchors: string | undefined
  /** Folder for the curves, as SVG. */
  readonly plot: string | undefined
  /** File for the figures, as Markdown tables. */
  readonly markdown: string | undefined
  readonly progress: (text: string) => void
}

/**
 * Measures rate and distortion of pictures, compares them with other codecs and writes the requested files.
 * @throws StrataError FILE_FAILED, INPUT_*
 */
export async function benchRd(options: RdBenchOptions): Promise<RdReport & { readonly rows: number }> {
  const { pictures, set, out, plot, markdown, progress } = options
  const anchors = options.anchors === undefined ? [] : await readAnchors(options.anchors)
  const rows: RdRow[] = []
  for (const [i, path] of pictures.entries()) {
    const say = (quality: number) => progress(`${i + 1}/${pictures.length} ${basename(path)} @${quality}`)
    rows.push(...(await measurePicture(path, { ...options, progress: say })))
  }
  await writeText(out, `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`)
  const compared = options.metrics.map((metric) => compare(rows, anchors, metric))
  const report = summarize(rows, compared)
  if (markdown !== undefined) await writeText(markdown, renderMarkdown(set, report.levels, compared))
  if (plot !== undefined) {
    await mkdir(plot, { recursive: true }).catch((error) => Promise.reject(fileError(plot, error)))
    for (const [name, svg] of compared.flatMap((comparisons) => [...renderPlots(comparisons)])) {
      await writeText(join(plot, name), svg)
    }
  }
  return { rows: rows.length, ...report }
}

async function writeText(path: string, text: string): Promise<void> {
  await writeOutput(path, new TextEncoder().encode(text))
}
