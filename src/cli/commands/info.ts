import { readInput } from '../../node/files.ts'
import { defineCommand } from '../command.ts'
import { describeFile, formatDescription } from '../files/describe.ts'

export const info = defineCommand({
  name: 'info',
  description: 'Show what a .strata file holds',
  args: {
    in: { type: 'positional', required: true, description: 'A .strata file or a prefix of one' },
    symbols: { type: 'boolean', description: 'Add a hash of the decoded symbols of each layer' },
  },
  async run(args, io) {
    const bytes = await readInput(args.in)
    const file = await describeFile(bytes, async (whole) => await (await io.codec()).preview(whole))
    if (!args.symbols) return { json: file, text: formatDescription(file) }
    const symbols = await (await io.codec()).symbols(bytes)
    return { json: { ...file, symbols }, text: formatDescription(file, symbols) }
  },
})
