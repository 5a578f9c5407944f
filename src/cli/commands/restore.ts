import { upscalePlainly } from '../../codec/plain-upscale.ts'
import { readInput, writeOutput } from '../../node/files.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { pictureEncoder } from '../../node/picture-writer.ts'
import { loadRestorerFor } from '../../node/rescalers.ts'
import { defineCommand, parseInteger } from '../command.ts'
import { PICTURE_OUTPUT } from '../picture-output.ts'

/** Factor for files without hidden detail when no model is installed. */
const PLAIN_FACTOR = 2

export const restore = defineCommand({
  name: 'restore',
  description: 'Restore the picture that a thumbnail hides; others are upscaled',
  args: {
    in: { type: 'positional', required: true, description: 'A thumbnail, or any picture' },
    ...PICTURE_OUTPUT,
    seed: {
      type: 'string',
      description: 'Draw what a lossless thumbnail does not hold, instead of taking the most likely',
      valueHint: '0..4294967295',
    },
  },
  async run(args) {
    const encodePicture = pictureEncoder(args.output)
    const seed = args.seed === undefined ? undefined : parseInteger('seed', args.seed, 0, 2 ** 32 - 1)
    const file = await readInput(args.in)
    const restorer = await loadRestorerFor(file, seed)
    const { image, method, factor, note } = restorer
      ? await restorer.restore(file)
      : await upscalePlainly(file, PLAIN_FACTOR, 'no model is installed', (bytes) => readPicture(bytes))
    await writeOutput(args.output, await encodePicture(image))
    const { width, height } = image
    return {
      json: { input: args.in, output: args.output, width, height, method, factor, ...(note && { note }) },
      text: `${args.output}: ${width}x${height}, ${method} ${factor}x${note ? ` (${note})` : ''}`,
    }
  },
})
