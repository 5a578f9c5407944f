import { basename, resolve } from 'node:path'
import { metricNamed } from '../../../bench/metric.ts'
import { formatThumbnails } from '../../../bench/thumbnail/report.ts'
import { benchThumbnail } from '../../../bench/thumbnail/run.ts'
import { DEFAULT_STRENGTH } from '../../../codec/rescaler.ts'
import { MAX_DIMENSION } from '../../../core/limits/table.ts'
import { defineCommand, parseInteger } from '../../command.ts'
import { METRIC_ARGUMENT, parseIntegers } from './args.ts'

export const benchThumbnailCommand = defineCommand({
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
    strength: {
      type: 'string',
      default: String(100 * DEFAULT_STRENGTH),
      description: 'Embedding strength in percent',
      valueHint: '0..100',
    },
    width: { type: 'string', description: 'Resize wider pictures to this first', valueHint: 'pixels' },
    set: { type: 'string', description: 'Name of the set (default: that of the folder)', valueHint: 'name' },
    metric: METRIC_ARGUMENT,
    plot: { type: 'string', description: 'Draw the curves, as SVG', valueHint: 'file' },
  },
  async run(args, io) {
    const { images, out } = args
    const set = args.set ?? basename(resolve(images))
    const metric = metricNamed(args.metric)
    const { rows, summary } = await benchThumbnail({
      ...{ images, out, set, metric, plot: args.plot },
      factor: Number(args.ht),
      strength: parseInteger('strength', args.strength, 0, 100) / 100,
      qualities: parseIntegers('qualities', args.qualities, 1, 100),
      width: args.width === undefined ? undefined : parseInteger('width', args.width, 2, MAX_DIMENSION),
      progress: (text) => io.progress(text),
    })
    return { json: { out, set, metric, rows, summary }, text: formatThumbnails(summary, metric) }
  },
})
