import { clientReader, transcoderReader } from '../../../bench/fuzz/compass-readers.ts'
import { originalFiles } from '../../../bench/fuzz/original-files.ts'
import { runOriginalFuzz } from '../../../bench/fuzz/original-run.ts'
import { pictureFiles } from '../../../bench/fuzz/picture-files.ts'
import { pictureReaders } from '../../../bench/fuzz/picture-readers.ts'
import { runPictureFuzz } from '../../../bench/fuzz/picture-run.ts'
import { formatFuzz } from '../../../bench/fuzz/report.ts'
import { fuzzSource, runFuzz } from '../../../bench/fuzz/run.ts'
import { formatHttpFuzz, runHttpFuzz } from '../../../bench/http-fuzz/run.ts'
import { Site } from '../../../bench/http-fuzz/site.ts'
import { type FuzzFault, faultPrinter, SHOWN } from '../../../bench/report-faults.ts'
import { transcodeParts } from '../../../bench/transcode-parts.ts'
import { composeEncode, createRuntime } from '../../../node/compose.ts'
import { defineCommand, EXIT, parseInteger } from '../../command.ts'
import type { Io } from '../../io.ts'

interface Options {
  readonly cases: number
  readonly seed: number
  readonly progress: (done: number) => void
  readonly onFault: (fault: FuzzFault) => void
}

/** What came of a run, and its text for people. */
interface Outcome {
  readonly report: { readonly failures: readonly FuzzFault[] }
  readonly text: (seconds: number) => string
}

/** Milliseconds between two lines of progress in a log. */
const NOTE_MS = 10_000

export const benchFuzzCommand = defineCommand({
  name: 'bench fuzz',
  description: 'Give forged and damaged files, uploads and requests to what reads them',
  args: {
    of: {
      type: 'enum',
      options: ['files', 'originals', 'http'],
      default: 'files',
      description: 'What is made up: .strata files, pictures that are uploaded, or requests to the edge',
    },
    cases: { type: 'string', default: '10000', description: 'Files or requests', valueHint: 'n' },
    layers: {
      type: 'enum',
      options: ['compass', 'pictures'],
      default: 'compass',
      description: 'How the layers of the files are coded',
    },
    seed: { type: 'string', default: '1', description: 'Seed of the first case', valueHint: 'n' },
  },
  async run(args, io) {
    const cases = parseInteger('cases', args.cases, 1, 1e9)
    const options: Options = {
      cases,
      seed: parseInteger('seed', args.seed, 0, 2 ** 31),
      progress: progressOf(cases, io),
      onFault: faultPrinter((line) => io.err(`${line}\n`)),
    }
    const run = {
      http: fuzzHttp,
      originals: fuzzOriginals,
      files: args.layers === 'pictures' ? fuzzPictures : fuzzFiles,
    }
    const started = performance.now()
    const { report, text } = await run[args.of](options)
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1))
    const ok = report.failures.length === 0
    const failures = report.failures.slice(0, SHOWN)
    return {
      json: { ok, ...report, failed: report.failures.length, failures, seconds },
      text: text(seconds),
      exitCode: ok ? EXIT.ok : EXIT.failed,
    }
  },
})

function progressOf(cases: number, io: Io): (done: number) => void {
  let noted = performance.now()
  return (done) => {
    if (done % 100 === 0) io.progress(`${done}/${cases}`)
    if (performance.now() - noted < NOTE_MS) return
    noted = performance.now()
    io.note(`${done}/${cases}`)
  }
}

async function fuzzFiles(options: Options): Promise<Outcome> {
  const runtime = await createRuntime('wasm')
  const source = await fuzzSource(await createRuntime('node'), runtime)
  const readers = [transcoderReader(transcodeParts(runtime)), clientReader(runtime)]
  const report = await runFuzz({ ...options, source, readers })
  return { report, text: (seconds) => formatFuzz(report, seconds) }
}

async function fuzzPictures(options: Options): Promise<Outcome> {
  const runtime = await createRuntime('wasm')
  const report = await runPictureFuzz({
    ...options,
    files: await pictureFiles(),
    readers: pictureReaders(),
    runtime,
  })
  return { report, text: (seconds) => formatFuzz(report, seconds) }
}

async function fuzzOriginals(options: Options): Promise<Outcome> {
  const encode = await composeEncode({ verify: true })
  const report = await runOriginalFuzz({ ...options, files: await originalFiles(), encode })
  return { report, text: (seconds) => formatFuzz(report, seconds) }
}

async function fuzzHttp(options: Options): Promise<Outcome> {
  const report = await runHttpFuzz({ ...options, site: await Site.open() })
  return { report, text: (seconds) => formatHttpFuzz(report, seconds) }
}
