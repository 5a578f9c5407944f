import { resolve } from 'node:path'
import { benchFlood } from '../../../bench/load/flood.ts'
import { formatFlood, reportFlood } from '../../../bench/load/flood-report.ts'
import { formatLoad } from '../../../bench/load/measure.ts'
import { benchLoad } from '../../../bench/load/run.ts'
import { MAX_DIMENSION } from '../../../core/limits/table.ts'
import { packageRoot, readInput } from '../../../node/files.ts'
import { defineCommand, EXIT, parseInteger, type Result } from '../../command.ts'
import type { Io } from '../../io.ts'

export const benchLoadCommand = defineCommand({
  name: 'bench load',
  description:
    'Count the answers per second of the edge Worker against a bare Worker with the same bytes in R2',
  args: {
    file: {
      type: 'string',
      description: 'A .strata file (default: a drawn picture of 1280x853, encoded first)',
      valueHint: 'file',
    },
    width: {
      type: 'string',
      default: '640',
      description: 'Width to ask for, one of the file',
      valueHint: 'w',
    },
    connections: { type: 'string', default: '16', description: 'Requests at a time', valueHint: 'n' },
    seconds: { type: 'string', default: '2', description: 'Seconds of each turn', valueHint: 'n' },
    rounds: { type: 'string', default: '4', description: 'Turns of each side', valueHint: 'n' },
    uploads: {
      type: 'string',
      description: 'Instead: uploads that `strata start` gets at once; Linux only',
      valueHint: 'n',
    },
    megabytes: { type: 'string', default: '20', description: 'Size of each of them', valueHint: 'MB' },
    variants: {
      type: 'string',
      description: 'Instead: pictures that it is asked for at once, each for the first time; Linux only',
      valueHint: 'n',
    },
  },
  async run(args, io) {
    if (args.uploads !== undefined || args.variants !== undefined) return await runFlood(args, io)
    const rows = await benchLoad({
      width: parseInteger('width', args.width, 1, MAX_DIMENSION),
      connections: parseInteger('connections', args.connections, 1, 256),
      seconds: parseInteger('seconds', args.seconds, 1, 60),
      rounds: parseInteger('rounds', args.rounds, 1, 100),
      file: args.file === undefined ? undefined : await readInput(args.file),
      root: packageRoot(),
      codec: await io.codec(),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
    })
    return { json: rows, text: formatLoad(rows) }
  },
})

interface FloodArgs {
  readonly uploads?: string | undefined
  readonly variants?: string | undefined
  readonly megabytes: string
}

async function runFlood({ uploads = '0', variants = '0', megabytes }: FloodArgs, io: Io): Promise<Result> {
  const report = reportFlood(
    await benchFlood({
      program: resolve(process.argv[1] ?? ''),
      uploads: parseInteger('uploads', uploads, 0, 2000),
      variants: parseInteger('variants', variants, 0, 2000),
      megabytes: parseInteger('megabytes', megabytes, 1, 200),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
    }),
  )
  const ok = report.faults.length === 0
  return { json: { ok, ...report }, text: formatFlood(report), exitCode: ok ? EXIT.ok : EXIT.failed }
}
