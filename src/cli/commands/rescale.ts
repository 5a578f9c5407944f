import { StrataError } from '../../core/errors.ts'
import { readInput, writeOutput } from '../../node/files.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { loadRescaler } from '../../node/rescalers.ts'
import { checkEnding, defineCommand } from '../command.ts'

/** Any valid quality will do, because lossless methods ignore it. */
const ANY_QUALITY = 75

export const rescale = defineCommand({
  name: 'rescale',
  description: 'Make a lossless thumbnail of 1/2 or 1/4 the size that can be restored',
  args: {
    in: { type: 'positional', required: true, description: 'A picture' },
    method: { type: 'enum', options: ['irn'], default: 'irn', description: 'Invertible rescaling' },
    scale: { type: 'enum', options: ['2', '4'], default: '2', description: 'How many times smaller' },
    output: { type: 'string', alias: ['o'], required: true, description: 'NAME.png', valueHint: 'file' },
  },
  async run(args) {
    checkEnding('output', args.output, 'png')
    const scale = Number(args.scale)
    const high = await readPicture(await readInput(args.in))
    const rescaler = await loadRescaler('irn', scale)
    if (!rescaler) throw new StrataError('MODEL_INVALID', `no model for ${scale}x in this installation`)
    const low = { width: Math.ceil(high.width / scale), height: Math.ceil(high.height / scale) }
    const bytes = await rescaler.embed([high], { high, low, quality: ANY_QUALITY })
    await writeOutput(args.output, bytes)
    return {
      json: { input: args.in, output: args.output, method: 'irn', scale, ...low, bytes: bytes.length },
      text: `${args.output}: ${low.width}x${low.height}, ${bytes.length} bytes, irn ${scale}x`,
    }
  },
})
