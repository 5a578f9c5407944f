import { basename, resolve } from 'node:path'
import { METRIC_ARGUMENT, metricNamed } from '../../../bench/metric.ts'
import { listPictures } from '../../../bench/rd/measure.ts'
import { measureThumbnails, type ThumbnailRow } from '../../../bench/thumbnail/measure.ts'
import { formatThumbnails, plotThumbnails, summarizeThumbnails } from '../../../bench/thumbnail/report.ts'
import { StrataError } from '../../../core/errors.ts'
import { writeOutput } from '../../../node/files.ts'
import { loadInvertible, loadRescaler } from '../../../node/rescalers.ts'
import { defineCommand, parseInteger } from '../../command.ts'

export const benchThumbnail = defineCommand({
  name: 'bench thumbnail',
  description: 'Measure pictures restored from thumbnails against plain thumbnails, WebP and AVIF',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    out: {
      type: 'string',
      required: true,
      description: 'The measurements, as a JSON array',
      valueHint: 'file',
    },
    ht: { type: 'enum', options: ['2', '4'], default: '2', description: 'Embed factor' },
    qualities: { type: 'string', default: '30,50,65,75,85,95', description: 'Qualities', valueHint: 'list' },
    width: { type: 'string', description: 'Resize wider pictures to this first', valueHint: 'pixels' },
    set: { type: 'string', description: 'Name of the set (default: that of the folder)', valueHint: 'name' },
    metric: METRIC_ARGUMENT,
    plot: { type: 'string', description: 'Draw the curves, as SVG', valueHint: 'file' },
  },
  async run(args, io) {
    const qualities = args.qualities.split(',').map((text) => parseInteger('qualities', text.trim(), 1, 100))
    const width = args.width === undefined ? undefined : parseInteger('width', args.width, 2, 65535)
    const metric = metricNamed(args.metric)
    const pictures = await listPictures(args.images)
    const rescaler = await loadRescaler('hyperthumbnail', Number(args.ht))
    if (!rescaler) throw new StrataError('MODEL_INVALID', 'this installation holds no model for thumbnails')
    const irn = await loadInvertible(Number(args.ht))
    const rows: ThumbnailRow[] = []
    for (const [i, path] of pictures.entries()) {
      const progress = (codec: string) =>
        io.progress(`${i + 1}/${pictures.length} ${basename(path)} ${codec}`)
      rows.push(...(await measureThumbnails(path, { rescaler, irn, qualities, width, progress })))
    }
    const lines = rows.map((row) => JSON.stringify(row)).join(',\n')
    await writeOutput(args.out, new TextEncoder().encode(`[${lines}]\n`))
    const set = args.set ?? basename(resolve(args.images))
    if (args.plot !== undefined) {
      await writeOutput(args.plot, new TextEncoder().encode(plotThumbnails(rows, set, metric)))
    }
    const summary = summarizeThumbnails(rows, metric)
    return {
      json: { out: args.out, set, metric, rows: rows.length, summary },
      text: formatThumbnails(summary, metric),
    }
  },
})
