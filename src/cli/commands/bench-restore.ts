import { formatRestore, measureRestore } from '../bench/restore-speed.ts'
import { defineCommand, parseInteger } from '../command.ts'
import { MAX_SAMPLES, openPicture } from './bench-speed.ts'

const MAX_WIDTH = 4096

export const benchRestore = defineCommand({
  name: 'bench restore',
  description: 'Time restoring thumbnails against decoding AVIF',
  args: {
    picture: {
      type: 'string',
      description: 'A picture (default: a drawn one of 1920x1280)',
      valueHint: 'file',
    },
    width: {
      type: 'string',
      default: '1280',
      description: 'Width of what is restored',
      valueHint: 'pixels',
    },
    samples: { type: 'string', default: '7', description: 'Rounds; medians are given', valueHint: 'n' },
  },
  async run(args, io) {
    const samples = parseInteger('samples', args.samples, 1, MAX_SAMPLES)
    const width = parseInteger('width', args.width, 8, MAX_WIDTH)
    const image = await openPicture(args.picture)
    const rows = await measureRestore(image, { width, samples, progress: (text) => io.progress(text) })
    return { json: rows, text: formatRestore(rows) }
  },
})
