import { parseParameters } from '../../origin/encode.ts'
import { runBatch } from '../batch.ts'
import { defineCommand } from '../command.ts'
import { encodeFile, planOutputs } from '../encode-file.ts'

export const encode = defineCommand({
  name: 'encode',
  description: 'Encode pictures into .strata files',
  many: true,
  args: {
    in: { type: 'positional', required: true, description: 'JPEG, PNG, WebP, AVIF, TIFF or GIF files' },
    output: {
      type: 'string',
      alias: ['o'],
      required: true,
      description: 'File, or folder for several',
      valueHint: 'path',
    },
    quality: {
      type: 'string',
      description: 'Quality of all layers, 1 to 100 (default 60)',
      valueHint: '1..100',
    },
    widths: { type: 'string', description: 'Layers, as 640,1280,1280@80', valueHint: 'list' },
    bg: {
      type: 'string',
      description: 'Colour under transparent pixels (default ffffff)',
      valueHint: 'rrggbb',
    },
  },
  async run(args, io) {
    const parameters = parseParameters(args)
    const targets = await planOutputs(args._, args.output)
    const { encode } = await io.codec()
    return await runBatch([...targets.keys()], io, async (input) => {
      const json = await encodeFile(input, targets.get(input)!, { parameters, encode })
      const widths = json.layers.map(({ width }) => width).join(' ')
      return {
        json,
        text: `${input} -> ${json.output}: ${json.bytes} bytes, widths ${widths}, ${json.seconds} s`,
      }
    })
  },
})
