import { formatEncoders } from '../../../bench/encoders/report.ts'
import { benchEncoders } from '../../../bench/encoders/run.ts'
import { ENCODERS, type EncoderName } from '../../../pixels/encoder-quality.ts'
import { defineCommand, usage } from '../../command.ts'
import { parseWidths } from './args.ts'

export const benchEncodersCommand = defineCommand({
  name: 'bench encoders',
  description: 'Find the setting of each encoder that looks like our JPEG of each quality',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    widths: {
      type: 'string',
      default: '640',
      description: 'Widths that they are resized to, where they are not smaller',
      valueHint: 'list',
    },
    encoders: {
      type: 'string',
      description: `Encoders to measure (default: all; ${ENCODERS.join(', ')})`,
      valueHint: 'list',
    },
  },
  async run(args, io) {
    const result = await benchEncoders({
      images: args.images,
      widths: parseWidths(args.widths),
      encoders: args.encoders === undefined ? undefined : args.encoders.split(',').map(encoderNamed),
      progress: (text) => io.progress(text),
    })
    return { json: result, text: formatEncoders(result) }
  },
})

/** @throws StrataError USAGE */
function encoderNamed(name: string): EncoderName {
  const found = ENCODERS.find((encoder) => encoder === name.trim())
  if (found !== undefined) return found
  throw usage(`--encoders: expected some of ${ENCODERS.join(', ')}, got ${JSON.stringify(name)}`)
}
