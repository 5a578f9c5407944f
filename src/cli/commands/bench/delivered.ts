import { formatDelivered, summarizeDelivered } from '../../../bench/delivered/report.ts'
import { benchDelivered } from '../../../bench/delivered/run.ts'
import { metricNamed } from '../../../bench/metric.ts'
import { defineCommand, parseInteger } from '../../command.ts'
import { METRIC_ARGUMENT } from './args.ts'

export const benchDeliveredCommand = defineCommand({
  name: 'bench delivered',
  description: 'Measure the bytes that each width takes, against MozJPEG, WebP and AVIF that look as good',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    quality: { type: 'string', default: '60', description: 'Quality of the layers', valueHint: '1..100' },
    'jpeg-quality': { type: 'string', default: '75', description: 'Quality of JPEGs', valueHint: '1..100' },
    metric: METRIC_ARGUMENT,
  },
  async run(args, io) {
    const metric = metricNamed(args.metric)
    const rows = await benchDelivered({
      images: args.images,
      quality: parseInteger('quality', args.quality, 1, 100),
      jpegQuality: parseInteger('jpeg-quality', args['jpeg-quality'], 1, 100),
      metric,
      codec: await io.codec(),
      progress: (text) => io.progress(text),
    })
    const report = summarizeDelivered(rows)
    return { json: { metric, ...report, rows }, text: formatDelivered(report) }
  },
})
