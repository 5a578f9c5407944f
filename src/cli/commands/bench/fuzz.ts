import { pictureFiles } from '../../../bench/fuzz/picture-files.ts'
import { pictureReaders } from '../../../bench/fuzz/picture-readers.ts'
import { runPictureFuzz } from '../../../bench/fuzz/picture-run.ts'
import { formatFuzz, SHOWN } from '../../../bench/fuzz/report.ts'
import { fuzzSource, runFuzz } from '../../../bench/fuzz/run.ts'
import { createRuntime } from '../../../node/compose.ts'
import { defineCommand, EXIT, parseInteger } from '../../command.ts'

export const benchFuzzCommand = defineCommand({
  name: 'bench fuzz',
  description: 'Give forged and damaged files to the decoder',
  args: {
    cases: { type: 'string', default: '10000', description: 'Files', valueHint: 'n' },
    layers: {
      type: 'enum',
      options: ['compass', 'pictures'],
      default: 'compass',
      description: 'How the layers of the files are coded',
    },
    seed: { type: 'string', default: '1', description: 'Seed of the first file', valueHint: 'n' },
  },
  async run(args, io) {
    const cases = parseInteger('cases', args.cases, 1, 1e9)
    const seed = parseInteger('seed', args.seed, 0, 2 ** 31)
    const progress = (done: number) => {
      if (done % 100 === 0) io.progress(`${done}/${cases}`)
      if (done % 1000 === 0) io.note(`${done}/${cases}`)
    }
    const options = { cases, seed, progress }
    const runtime = await createRuntime('wasm')
    const run =
      args.layers === 'pictures'
        ? { ...options, files: await pictureFiles(), readers: pictureReaders(), runtime }
        : { ...options, source: await fuzzSource(await createRuntime('node'), runtime) }
    const started = performance.now()
    const report = await ('source' in run ? runFuzz(run) : runPictureFuzz(run))
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
