import { defineCommand, parseInteger, usage } from '../command.ts'
import { readInput, writeOutput } from '../files.ts'
import { loadThumbnails } from '../rescalers.ts'
import { makeThumbnail } from '../thumbnail-file.ts'

export const thumbnail = defineCommand({
  name: 'thumbnail',
  description: 'Make a thumbnail JPEG that hides the detail of 2 or 4 times its size',
  args: {
    in: { type: 'positional', required: true, description: 'A picture or a .strata file' },
    width: { type: 'string', required: true, description: 'Width of the thumbnail', valueHint: 'pixels' },
    ht: {
      type: 'enum',
      options: ['1', '2', '4'],
      description: 'Embed factor; 1 hides nothing (default: 2 where the picture has the detail)',
    },
    quality: { type: 'string', default: '75', description: 'Quality', valueHint: '1..100' },
    output: { type: 'string', alias: ['o'], required: true, description: 'NAME.jpg', valueHint: 'file' },
  },
  async run(args, io) {
    if (!/\.jpe?g$/i.test(args.output)) {
      throw usage(`--output: expected a name that ends in .jpg, got ${JSON.stringify(args.output)}`)
    }
    const request = {
      width: parseInteger('width', args.width, 1, 65535),
      factor: args.ht === undefined ? undefined : Number(args.ht),
      quality: parseInteger('quality', args.quality, 1, 100),
    }
    const tools = { codec: () => io.codec(), rescaler: loadThumbnails }
    const { bytes, width, height, ht } = await makeThumbnail(await readInput(args.in), request, tools)
    await writeOutput(args.output, bytes)
    return {
      json: { input: args.in, output: args.output, width, height, ht, bytes: bytes.length },
      text: `${args.output}: ${width}x${height}, ${bytes.length} bytes, ht=${ht}`,
    }
  },
})
