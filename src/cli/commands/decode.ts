import type { RgbImage } from '../../core/image.ts'
import { MAX_DIMENSION, MAX_LAYERS } from '../../core/limits/table.ts'
import { chooseLayer } from '../../format/choose-layer.ts'
import { decodePictureLayer } from '../../node/decode-layer.ts'
import { RUNTIME_NAMES, type RuntimeName } from '../../node/file-codec.ts'
import { readInput, writeOutput } from '../../node/files.ts'
import { pictureEncoder } from '../../node/picture-writer.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { PICTURE_OUTPUT } from '../picture-output.ts'

export const decode = defineCommand({
  name: 'decode',
  description: 'Decode one layer of a .strata file into a PNG or JPEG (default: the highest whole layer)',
  args: {
    in: { type: 'positional', required: true, description: 'A .strata file or a prefix of one' },
    ...PICTURE_OUTPUT,
    layer: { type: 'string', description: 'Layer number, the base is 0', valueHint: 'number' },
    width: { type: 'string', description: 'The smallest layer at least this wide', valueHint: 'pixels' },
    runtime: {
      type: 'enum',
      options: [...RUNTIME_NAMES],
      default: 'node',
      description: 'What runs the models',
    },
  },
  async run(args, io) {
    const { layer, width } = args
    if (layer !== undefined && width !== undefined) throw usage('--layer and --width exclude each other')
    const encodePicture = pictureEncoder(args.output)
    const wish = {
      layer: layer === undefined ? undefined : parseInteger('layer', layer, 0, MAX_LAYERS - 1),
      width: width === undefined ? undefined : parseInteger('width', width, 1, MAX_DIMENSION),
    }
    const bytes = await readInput(args.in)
    const { index } = chooseLayer(bytes, wish)
    const picture = (await decodePictureLayer(bytes, index)) ?? (await decodeCompass())
    await writeOutput(args.output, await encodePicture(picture))
    const size = { width: picture.width, height: picture.height }
    return {
      json: { input: args.in, output: args.output, layer: index, ...size },
      text: `${args.output}: layer ${index}, ${size.width}x${size.height}`,
    }

    async function decodeCompass(): Promise<RgbImage> {
      const codec = await io.codec()
      return await codec.decode(bytes, { layer: index, runtime: args.runtime as RuntimeName })
    }
  },
})
