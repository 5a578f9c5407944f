import { formatFuzz, SHOWN } from '../../../bench/fuzz/report.ts'
import { fuzzSource, runFuzz } from '../../../bench/fuzz/run.ts'
import { createRuntime } from '../../../node/compose.ts'
import { defineCommand, EXIT, parseInteger } from '../../command.ts'

export const benchFuzzCommand = defineCommand({
  name: 'bench fuzz',
  description: 'Give forged and damaged files to the decoder',
  args: {
    cases: { type: 'string', default: '10000', description: 'Files', valueHint: 'n' },
    seed: { type: 'string', default: '1', description: 'Seed of the first file', valueHint: 'n' },
  },
  async run(args, io) {
    const cases = parseInteger('cases', args.cases, 1, 1e9)
    const seed = parseInteger('seed', args.seed, 0, 2 ** 31)
    const source = await fuzzSource(await createRuntime('node'), await createRuntime('wasm'))
    const started = performance.now()
    const progress = (done: number) => {
      if (done % 100 === 0) io.progress(`${done}/${cases}`)
    }
    const report = await runFuzz({ cases, seed, source, progress })
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1))
    const ok = report.failures.length === 0
    const failures = report.failures.slice(0, SHOWN)
    return {
      json: { ok, ...report, failed: report.failures.length, failures, seconds },
      text: formatFuzz(report, seconds),
      exitCode: ok ? EXIT.ok : EXIT.failed,
    }
  },
})
