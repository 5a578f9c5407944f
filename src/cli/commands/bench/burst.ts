import { resolve } from 'node:path'
import { formatBurst, reportBurst } from '../../../bench/burst/report.ts'
import { benchBurst } from '../../../bench/burst/run.ts'
import { startIpx, startOrigin } from '../../../bench/workers/program.ts'
import { packageRoot } from '../../../node/files.ts'
import { defineCommand, parseInteger } from '../../command.ts'
import { parseWidths, SMALLEST_WIDTH } from './args.ts'

export const benchBurstCommand = defineCommand({
  name: 'bench burst',
  description: 'Ask the Workers and IPX for pages and bursts of pictures that nobody has asked for before',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    files: {
      type: 'string',
      description: 'Keep the .strata files in this folder, and take those that are there',
      valueHint: 'dir',
    },
    pictures: {
      type: 'string',
      default: '20',
      description: 'Pictures of a page and a burst',
      valueHint: 'n',
    },
    width: { type: 'string', default: '640', description: 'Width of the pictures of a page', valueHint: 'w' },
    widths: {
      type: 'string',
      default: '320,640,750,1280',
      description: 'Widths at which a burst asks for every picture',
      valueHint: 'list',
    },
    variants: {
      type: 'string',
      default: '300',
      description: 'Pictures that are asked for at last, each once',
      valueHint: 'n',
    },
    rounds: { type: 'string', default: '3', description: 'Pages and bursts of each side', valueHint: 'n' },
  },
  async run(args, io) {
    const root = packageRoot()
    const bench = await benchBurst({
      ...{ images: args.images, files: args.files, root },
      pictures: parseInteger('pictures', args.pictures, 1, 200),
      width: parseInteger('width', args.width, SMALLEST_WIDTH, 1920),
      widths: parseWidths(args.widths),
      variants: parseInteger('variants', args.variants, 1, 3000),
      rounds: parseInteger('rounds', args.rounds, 1, 100),
      codec: await io.codec(),
      startOrigin: () => startOrigin(resolve(process.argv[1] ?? '')),
      startPeer: (folder) => startIpx(root, folder),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
    })
    const report = reportBurst(bench)
    return { json: { ...report, pictures: bench.promotion }, text: formatBurst(report, bench.promotion) }
  },
})
