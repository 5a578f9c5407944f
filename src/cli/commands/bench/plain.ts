import { resolve } from 'node:path'
import { answerProbe, probeAnswer } from '../../../bench/plain/memory.ts'
import { describeRow, formatPlain, reportPlain } from '../../../bench/plain/report.ts'
import { benchPlain } from '../../../bench/plain/run.ts'
import { readInput } from '../../../node/files.ts'
import { defineCommand, parseInteger, usage } from '../../command.ts'
import { parseWidths } from './args.ts'

export const benchPlainCommand = defineCommand({
  name: 'bench plain',
  description: 'Measure the pictures that browsers get against those that sharp makes of the original',
  args: {
    images: { type: 'string', description: 'Folder of pictures', valueHint: 'dir' },
    widths: {
      type: 'string',
      default: '320,640,750,1280',
      description: 'Widths to ask for, where a picture is not smaller',
      valueHint: 'list',
    },
    score: {
      type: 'string',
      default: '70',
      description: 'SSIMULACRA2 at which bytes are compared',
      valueHint: 'n',
    },
    samples: { type: 'string', default: '5', description: 'Rounds of CPU time (0: none)', valueHint: 'n' },
    files: {
      type: 'string',
      description: 'Keep the .strata files in this folder, and take those that are there',
      valueHint: 'dir',
    },
    file: {
      type: 'string',
      description: 'Measure only the memory that this .strata file takes, in this process',
      valueHint: 'file',
    },
  },
  async run(args, io) {
    const widths = parseWidths(args.widths)
    const score = parseInteger('score', args.score, 1, 99)
    const samples = parseInteger('samples', args.samples, 0, 1000)
    if ((args.images === undefined) === (args.file === undefined)) {
      throw usage('expected --images or --file, one of them')
    }
    if (args.file !== undefined) {
      const memory = await probeAnswer(await readInput(args.file), widths[0]!)
      return { json: memory, text: `${(memory.peak / 1e6).toFixed(1)} MB` }
    }
    const rows = await benchPlain({
      ...{ images: args.images!, widths, score, samples, files: args.files },
      codec: await io.codec(),
      probe: answerProbe(resolve(process.argv[1] ?? '')),
      progress: (text) => io.progress(text),
      measured: (row) => io.note(describeRow(row)),
    })
    const report = reportPlain(rows, score)
    return { json: { ...report, rows }, text: formatPlain(report) }
  },
})
