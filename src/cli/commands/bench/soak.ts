import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { drawSoak, formatSoak, reportSoak } from '../../../bench/soak/report.ts'
import { benchSoak } from '../../../bench/soak/run.ts'
import { writeOutput } from '../../../node/files.ts'
import { defineCommand, EXIT, parseInteger } from '../../command.ts'

export const benchSoakCommand = defineCommand({
  name: 'bench soak',
  description: 'Keep edge and origin under a mixed load, and watch memory, times and errors; Linux only',
  args: {
    minutes: { type: 'string', default: '10', description: 'How long', valueHint: 'n' },
    rate: { type: 'string', default: '2', description: 'Requests a second', valueHint: 'n' },
    seed: { type: 'string', default: '1', description: 'Seed of the first request', valueHint: 'n' },
    out: {
      type: 'string',
      description: 'Folder for all measurements as JSON, and charts of memory and times as SVG',
      valueHint: 'dir',
    },
  },
  async run(args, io) {
    const soak = await benchSoak({
      program: resolve(process.argv[1] ?? ''),
      minutes: parseInteger('minutes', args.minutes, 1, 10_000),
      rate: parseInteger('rate', args.rate, 1, 1000),
      seed: parseInteger('seed', args.seed, 0, 2 ** 31),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
      onFault: (text) => io.err(`${text}\n`),
    })
    const report = reportSoak(soak)
    if (args.out !== undefined) {
      await mkdir(args.out, { recursive: true })
      const { memory, times } = drawSoak(soak, report)
      const all = `${JSON.stringify({ report, ...soak })}\n`
      for (const [name, content] of Object.entries({
        'soak.json': all,
        'memory.svg': memory,
        'times.svg': times,
      }))
        await writeOutput(join(args.out, name), new TextEncoder().encode(content))
    }
    return {
      json: { ok: report.faults === 0, ...report },
      text: formatSoak(report),
      exitCode: report.faults === 0 ? EXIT.ok : EXIT.failed,
    }
  },
})
