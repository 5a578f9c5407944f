import { formatExactness } from '../../../bench/exactness/report.ts'
import { runExactness } from '../../../bench/exactness/run.ts'
import { createRuntime } from '../../../node/compose.ts'
import { defineCommand, EXIT, parseInteger } from '../../command.ts'

export const benchExactnessCommand = defineCommand({
  name: 'bench exactness',
  description: 'Decode random pictures with both runtimes and compare symbols and pixels',
  args: {
    count: { type: 'string', default: '100', description: 'Pictures', valueHint: 'n' },
    seed: { type: 'string', default: '1', description: 'Seed of the first picture', valueHint: 'n' },
  },
  async run(args, io) {
    const count = parseInteger('count', args.count, 1, 1e6)
    const seed = parseInteger('seed', args.seed, 0, 2 ** 31)
    const started = performance.now()
    const report = await runExactness({
      count,
      seed,
      native: await createRuntime('node'),
      wasm: await createRuntime('wasm'),
      progress: (done) => io.progress(`${done}/${count}`),
    })
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1))
    const ok = report.failure === undefined
    return {
      json: { ok, ...report, seconds },
      text: formatExactness(report, seconds),
      exitCode: ok ? EXIT.ok : EXIT.failed,
    }
  },
})
