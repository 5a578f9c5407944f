/**
 * `strata bench thumbnail`: pictures restored from thumbnails that hide them, against plain thumbnails and other codecs.
 * @module
 */

import { basename } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { writeOutput } from '../../node/files.ts'
import { loadInvertible, loadRescaler } from '../../node/rescalers.ts'
import type { Metric } from '../../pixels/judge.ts'
import { listPictures } from '../folder.ts'
import { measureThumbnails, type ThumbnailRow } from './measure.ts'
import { plotThumbnails, summarizeThumbnails, type ThumbnailSummary } from './report.ts'

interface ThumbnailBenchOptions {
  /** Folder of pictures. */
  readonly images: string
  /** Name of the set, for the plot. */
  readonly set: string
  readonly factor: number
  readonly qualities: readonly number[]
  /** EmbedOptions.strength */
  readonly strength: number
  /** Pictures wider than this are resized to it first. */
  readonly width: number | undefined
  readonly metric: Metric
  /** File for the measurements, a JSON array. */
  readonly out: string
  /** File for the curves, as SVG. */
  readonly plot: string | undefined
  readonly progress: (text: string) => void
}

/**
 * Measures all pictures of a folder and writes the files that were asked for.
 * @throws StrataError FILE_FAILED, INPUT_*, MODEL_INVALID when there is no model of that factor
 */
export async function benchThumbnail(
  options: ThumbnailBenchOptions,
): Promise<{ readonly rows: number; readonly summary: readonly ThumbnailSummary[] }> {
  const { images, set, factor, qualities, strength, width, metric, out, plot, progress } = options
  const pictures = await listPictures(images)
  const rescaler = await loadRescaler('hyperthumbnail', factor)
  if (!rescaler) throw new StrataError('MODEL_INVALID', 'no model for thumbnails in this installation')
  const irn = await loadInvertible(factor)
  const rows: ThumbnailRow[] = []
  for (const [i, path] of pictures.entries()) {
    const say = (codec: string) => progress(`${i + 1}/${pictures.length} ${basename(path)} ${codec}`)
    rows.push(
      ...(await measureThumbnails(path, { rescaler, irn, qualities, strength, width, progress: say })),
    )
  }
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n')
  await writeOutput(out, new TextEncoder().encode(`[${lines}]\n`))
  if (plot !== undefined) {
    await writeOutput(plot, new TextEncoder().encode(plotThumbnails(rows, set, metric)))
  }
  return { rows: rows.length, summary: summarizeThumbnails(rows, metric) }
}
