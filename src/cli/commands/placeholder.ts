import { DEFAULT_STEPS } from '../../codec/placeholder/encode.ts'
import { PLACEHOLDER_STEP_BYTES } from '../../format/describe.ts'
import { readInput, writeOutput } from '../../node/files.ts'
import { pictureEncoder } from '../../node/picture-writer.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { makePlaceholder, readPlaceholder } from '../files/placeholder-file.ts'

export const placeholder = defineCommand({
  name: 'placeholder',
  description: 'Make the placeholder code of a picture, or decode one into 32x32 pixels',
  args: {
    in: {
      type: 'positional',
      required: true,
      description: 'A picture or a .strata file; with --decode a code',
    },
    steps: {
      type: 'string',
      description: `Steps of ${PLACEHOLDER_STEP_BYTES} bytes (default: ${DEFAULT_STEPS})`,
      valueHint: '1..8',
    },
    decode: { type: 'boolean', description: 'Decode a code into a picture' },
    output: {
      type: 'string',
      alias: ['o'],
      required: true,
      description: 'The code; with --decode NAME.png or NAME.jpg',
      valueHint: 'file',
    },
  },
  async run(args, io) {
    const { in: input, output } = args
    if (args.decode) {
      if (args.steps !== undefined) throw usage('--steps and --decode exclude each other')
      const encodePicture = pictureEncoder(output)
      const code = await readInput(input)
      const image = await readPlaceholder(code)
      await writeOutput(output, await encodePicture(image))
      const { width, height } = image
      return {
        json: { input, output, width, height, steps: code.length / PLACEHOLDER_STEP_BYTES },
        text: `${output}: ${width}x${height}`,
      }
    }
    const steps = args.steps === undefined ? undefined : parseInteger('steps', args.steps, 1, 8)
    const code = await makePlaceholder(await readInput(input), steps, () => io.codec())
    await writeOutput(output, code)
    const made = code.length / PLACEHOLDER_STEP_BYTES
    return {
      json: { input, output, steps: made, bytes: code.length, base64: Buffer.from(code).toString('base64') },
      text: `${output}: ${made} steps, ${code.length} bytes`,
    }
  },
})
