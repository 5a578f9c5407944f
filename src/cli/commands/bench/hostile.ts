import { formatHostile, reportHostile } from '../../../bench/hostile/report.ts'
import { benchHostile } from '../../../bench/hostile/run.ts'
import { createRuntime } from '../../../node/compose.ts'
import { packageRoot } from '../../../node/files.ts'
import { defineCommand, EXIT } from '../../command.ts'

export const benchHostileCommand = defineCommand({
  name: 'bench hostile',
  description: 'Send hostile files to the transcoder Worker, and measure what each costs; Linux only',
  args: {
    only: { type: 'string', description: 'Part of the names of the files to send', valueHint: 'text' },
  },
  async run(args, io) {
    const rows = await benchHostile({
      root: packageRoot(),
      runtime: await createRuntime('wasm'),
      only: args.only,
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
    })
    const report = reportHostile(rows)
    return {
      json: { ok: report.faults.length === 0, ...report, rows },
      text: formatHostile(rows, report),
      exitCode: report.faults.length === 0 ? EXIT.ok : EXIT.failed,
    }
  },
})
