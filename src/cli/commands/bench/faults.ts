import { resolve } from 'node:path'
import { formatFaults, reportFaults } from '../../../bench/faults/report.ts'
import { benchFaults } from '../../../bench/faults/run.ts'
import { packageRoot } from '../../../node/files.ts'
import { defineCommand, EXIT, parseInteger } from '../../command.ts'

export const benchFaultsCommand = defineCommand({
  name: 'bench faults',
  description: 'Kill origin, edges and queue consumer while pictures are uploaded, and check what must hold',
  args: {
    kills: { type: 'string', default: '200', description: 'Kills in all', valueHint: 'n' },
    seed: {
      type: 'string',
      default: '1',
      description: 'Seed of all choices; when they come about depends on the machine',
      valueHint: 'n',
    },
  },
  async run(args, io) {
    const seed = parseInteger('seed', args.seed, 0, 1e6)
    const bench = await benchFaults({
      seed,
      kills: parseInteger('kills', args.kills, 1, 1e6),
      root: packageRoot(),
      program: resolve(process.argv[1] ?? ''),
      signal: io.stopSignal(),
      progress: (text) => {
        io.progress(text)
        io.note(text)
      },
    })
    const report = reportFaults(bench, seed)
    return { json: report, text: formatFaults(report), exitCode: report.ok ? EXIT.ok : EXIT.failed }
  },
})
