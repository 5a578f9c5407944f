import { openPicture } from '../../../bench/pictures/sample.ts'
import { formatRestore, measureRestore } from '../../../bench/restore/measure.ts'
import { defineCommand, parseInteger } from '../../command.ts'
import { parseSamples, TIMING_ARGS } from './args.ts'

const MAX_WIDTH = 4096

export const benchRestoreCommand = defineCommand({
  name: 'bench restore',
  description: 'Time restoring thumbnails against decoding AVIF',
  args: {
    width: {
      type: 'string',
      default: '1280',
      description: 'Width of what is restored',
      valueHint: 'pixels',
    },
    ...TIMING_ARGS,
  },
  async run(args, io) {
    const samples = parseSamples(args.samples)
    const width = parseInteger('width', args.width, 8, MAX_WIDTH)
    const image = await openPicture(args.picture)
    const rows = await measureRestore(image, { width, samples, progress: (text) => io.progress(text) })
    return { json: rows, text: formatRestore(rows) }
  },
})
