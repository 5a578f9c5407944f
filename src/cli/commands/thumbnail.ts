import { DEFAULT_STRENGTH } from '../../codec/rescaler.ts'
import { MAX_DIMENSION } from '../../core/limits/table.ts'
import { readInput, writeOutput } from '../../node/files.ts'
import { loadRescaler, METHODS } from '../../node/rescalers.ts'
import { checkEnding, defineCommand, parseInteger, usage } from '../command.ts'
import { makeThumbnail } from '../files/thumbnail-file.ts'

export const thumbnail = defineCommand({
  name: 'thumbnail',
  description: 'Make a thumbnail that hides the detail of 2 or 4 times its size',
  args: {
    in: { type: 'positional', required: true, description: 'A picture or a .strata file' },
    width: { type: 'string', required: true, description: 'Width of the thumbnail', valueHint: 'pixels' },
    ht: {
      type: 'enum',
      options: ['1', '2', '4'],
      description: 'Embed factor; 1 hides nothing (default: 2 where the picture has the detail)',
    },
    method: {
      type: 'enum',
      options: [...METHODS],
      default: 'hyperthumbnail',
      description: 'hyperthumbnail: a JPEG; irn: a lossless PNG',
    },
    quality: { type: 'string', default: '75', description: 'Quality of a JPEG', valueHint: '1..100' },
    strength: {
      type: 'string',
      default: String(100 * DEFAULT_STRENGTH),
      description: 'How much a JPEG may hide: 0 hides nothing, 100 restores best and shows most',
      valueHint: '0..100',
    },
    output: {
      type: 'string',
      alias: ['o'],
      required: true,
      description: 'NAME.jpg, or .png',
      valueHint: 'file',
    },
  },
  async run(args, io) {
    const { method } = args
    checkEnding('output', args.output, method === 'irn' ? 'png' : 'jpg')
    if (method === 'irn' && args.ht === '1') throw usage('--ht: expected 2 or 4 with --method irn, got 1')
    const request = {
      width: parseInteger('width', args.width, 1, MAX_DIMENSION),
      // An irn thumbnail always hides detail, so its factor is never 1.
      factor: args.ht === undefined ? (method === 'irn' ? 2 : undefined) : Number(args.ht),
      quality: parseInteger('quality', args.quality, 1, 100),
      strength: parseInteger('strength', args.strength, 0, 100) / 100,
    }
    const tools = { codec: () => io.codec(), rescaler: (factor: number) => loadRescaler(method, factor) }
    const { bytes, width, height, ht } = await makeThumbnail(await readInput(args.in), request, tools)
    await writeOutput(args.output, bytes)
    return {
      json: { input: args.in, output: args.output, method, width, height, ht, bytes: bytes.length },
      text: `${args.output}: ${width}x${height}, ${bytes.length} bytes, ht=${ht}`,
    }
  },
})
