import { resolve } from 'node:path'
import { describeKind, formatKinds, reportKinds } from '../../../bench/kinds/report.ts'
import { benchKinds } from '../../../bench/kinds/run.ts'
import { type Kind, UPLOADS } from '../../../bench/pictures/kinds/kinds.ts'
import { startOrigin } from '../../../bench/workers/program.ts'
import { packageRoot } from '../../../node/files.ts'
import { defineCommand, parseInteger, usage } from '../../command.ts'

export const benchKindsCommand = defineCommand({
  name: 'bench kinds',
  description:
    'Measure what browsers get of drawings, screenshots, logos and photographs against WebP and AVIF',
  args: {
    kinds: {
      type: 'string',
      description: `Drawn pictures to measure (default: all; ${UPLOADS.join(', ')})`,
      valueHint: 'list',
    },
    images: { type: 'string', description: 'Measure the pictures of this folder instead', valueHint: 'dir' },
    coding: {
      type: 'string',
      default: 'auto',
      description: 'How they are to be coded, as on an upload',
      valueHint: 'coding',
    },
    samples: {
      type: 'string',
      default: '3',
      description: 'Answers whose CPU time is measured',
      valueHint: 'n',
    },
  },
  async run(args, io) {
    if (args.kinds !== undefined && args.images !== undefined) {
      throw usage('expected --kinds or --images, not both')
    }
    const pictures = await benchKinds({
      kinds: args.kinds === undefined ? UPLOADS : args.kinds.split(',').map(kindNamed),
      images: args.images,
      coding: args.coding,
      samples: parseInteger('samples', args.samples, 1, 1000),
      root: packageRoot(),
      startOrigin: () => startOrigin(resolve(process.argv[1] ?? '')),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
      measured: (picture) => io.note(describeKind(picture)),
    })
    const report = reportKinds(pictures)
    return { json: report, text: formatKinds(report) }
  },
})

/** @throws StrataError USAGE */
function kindNamed(name: string): Kind {
  const found = UPLOADS.find((kind) => kind === name.trim())
  if (found !== undefined) return found
  throw usage(`--kinds: expected some of ${UPLOADS.join(', ')}, got ${JSON.stringify(name)}`)
}
