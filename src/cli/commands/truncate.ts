import { MAX_LAYERS } from '../../core/limits/table.ts'
import { truncateToLayer } from '../../format/ranges.ts'
import { readInput, writeOutput } from '../../node/files.ts'
import { defineCommand, parseInteger } from '../command.ts'

export const truncate = defineCommand({
  name: 'truncate',
  description: 'Cut a .strata file after a layer; the result is a valid file',
  args: {
    in: { type: 'positional', required: true, description: 'A .strata file' },
    layer: {
      type: 'string',
      required: true,
      description: 'The last layer to keep, the base is 0',
      valueHint: 'number',
    },
    output: {
      type: 'string',
      alias: ['o'],
      required: true,
      description: 'The shorter file',
      valueHint: 'file',
    },
  },
  async run(args) {
    const layer = parseInteger('layer', args.layer, 0, MAX_LAYERS - 1)
    const cut = truncateToLayer(await readInput(args.in), layer)
    await writeOutput(args.output, cut)
    return {
      json: { input: args.in, output: args.output, layer, bytes: cut.length },
      text: `${args.output}: ${cut.length} bytes, up to layer ${layer}`,
    }
  },
})
