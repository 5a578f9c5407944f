import { formatEncode } from '../../../bench/encode/report.ts'
import { benchEncode } from '../../../bench/encode/run.ts'
import { parseParameters } from '../../../node/encode.ts'
import { defineCommand } from '../../command.ts'

export const benchEncodeCommand = defineCommand({
  name: 'bench encode',
  description: 'Measure the CPU time that encoding and verification take, by phase, against AVIF',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    quality: {
      type: 'string',
      description: 'Quality of all layers, 1 to 100 (default 60)',
      valueHint: '1..100',
    },
    widths: { type: 'string', description: 'Layers, as 640,1280,1280@80', valueHint: 'list' },
  },
  async run(args, io) {
    const report = await benchEncode({
      images: args.images,
      parameters: parseParameters({ ...args, coding: 'compass' }),
      codec: await io.codec(),
      progress: (text) => io.progress(text),
    })
    return { json: report, text: formatEncode(report) }
  },
})
