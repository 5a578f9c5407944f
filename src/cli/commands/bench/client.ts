import { join } from 'node:path'
import { compare, formatClient } from '../../../bench/client/report.ts'
import { benchClient } from '../../../bench/client/run.ts'
import { metricNamed } from '../../../bench/metric.ts'
import { packageRoot } from '../../../node/files.ts'
import { defineCommand, parseInteger } from '../../command.ts'
import { METRIC_ARGUMENT } from './args.ts'

export const benchClientCommand = defineCommand({
  name: 'bench client',
  description:
    'Open a page of AVIF pictures in Chromium over a slow link, with the browser library and without',
  args: {
    images: { type: 'string', description: 'Folder of pictures (default: drawn ones)', valueHint: 'dir' },
    pictures: { type: 'string', default: '20', description: 'Pictures on the page', valueHint: 'n' },
    width: { type: 'string', default: '320', description: 'CSS pixels; doubled then', valueHint: 'w' },
    runs: {
      type: 'string',
      default: '3',
      description: 'Rounds in which both sides take turns',
      valueHint: 'n',
    },
    kbps: { type: 'string', default: '1600', description: 'Kilobits per second', valueHint: 'n' },
    latency: { type: 'string', default: '150', description: 'Milliseconds to an answer', valueHint: 'ms' },
    metric: METRIC_ARGUMENT,
    keep: {
      type: 'string',
      description: 'Folder that keeps the encoded pictures for the next run with the same pictures',
      valueHint: 'dir',
    },
  },
  async run(args, io) {
    const bench = await benchClient({
      folder: args.images,
      keep: args.keep,
      metric: metricNamed(args.metric),
      pictures: parseInteger('pictures', args.pictures, 1, 200),
      runs: parseInteger('runs', args.runs, 1, 100),
      width: parseInteger('width', args.width, 16, 2000),
      link: {
        kilobitsPerSecond: parseInteger('kbps', args.kbps, 1, 1e6),
        latencyMs: parseInteger('latency', args.latency, 0, 10_000),
      },
      browser: io.env.CHROMIUM ?? '/usr/bin/chromium',
      root: packageRoot(),
      library: join(packageRoot(), 'dist/client'),
      codec: await io.codec(),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
    })
    return { json: { ...bench, compared: compare(bench) }, text: formatClient(bench) }
  },
})
