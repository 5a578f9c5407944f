import { resolve } from 'node:path'
import { childProbe, MEMORY_SIZES, measureMemory } from '../../../bench/memory/measure.ts'
import { formatMemory, reportMemory } from '../../../bench/memory/report.ts'
import type { Size } from '../../../core/box.ts'
import { MAX_DIMENSION, MAX_SOURCE_PIXELS } from '../../../core/limits/table.ts'
import { readInput } from '../../../node/files.ts'
import { defineCommand, usage } from '../../command.ts'

export const benchMemoryCommand = defineCommand({
  name: 'bench memory',
  description: 'Measure the memory that a transcode to JPEG takes',
  args: {
    sizes: {
      type: 'string',
      description: `Drawn pictures (default: ${MEMORY_SIZES.map(({ width, height }) => `${width}x${height}`)})`,
      valueHint: 'list',
    },
    file: {
      type: 'string',
      description: 'Transcode the highest whole layer of this .strata file instead, in this process',
      valueHint: 'file',
    },
  },
  async run(args, io) {
    if (args.file !== undefined && args.sizes !== undefined)
      throw usage('--sizes and --file exclude each other')
    const uses = []
    if (args.file === undefined) {
      const sizes = args.sizes === undefined ? MEMORY_SIZES : parseSizes(args.sizes)
      const probe = childProbe(resolve(process.argv[1] ?? ''))
      const progress = (text: string) => io.progress(text)
      uses.push(...(await measureMemory(sizes, { codec: await io.codec(), probe, progress })))
    } else {
      const file = await readInput(args.file)
      const { probeMemory } = await import('../../../bench/memory/probe.ts')
      uses.push(await probeMemory(file))
    }
    const report = reportMemory(uses)
    return { json: report, text: formatMemory(report) }
  },
})

/** @throws StrataError USAGE */
function parseSizes(text: string): Size[] {
  return text.split(',').map((item) => {
    const [width = 0, height = 0] = (/^\s*(\d{1,5})x(\d{1,5})\s*$/.exec(item) ?? []).slice(1).map(Number)
    const valid = Math.min(width, height) >= 1 && Math.max(width, height) <= MAX_DIMENSION
    if (valid && width * height <= MAX_SOURCE_PIXELS) return { width, height }
    throw usage(`--sizes: expected a list such as 1280x853,1920x1280, got ${JSON.stringify(text)}`)
  })
}
