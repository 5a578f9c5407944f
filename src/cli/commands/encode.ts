import { existsSync } from 'node:fs'
import { CODING_CHOICES } from '../../format/coding.ts'
import { parseParameters } from '../../node/encode.ts'
import { BATCH_ARGS, batchOptions } from '../batch/args.ts'
import { runBatch } from '../batch/batch.ts'
import { findPictures } from '../batch/picture-files.ts'
import { defineCommand } from '../command.ts'
import { encodeFile, planOutputs } from '../files/encode-file.ts'

export const encode = defineCommand({
  name: 'encode',
  description: 'Encode pictures into .strata files',
  many: true,
  args: {
    in: {
      type: 'positional',
      required: true,
      description: 'JPEG, PNG, WebP, AVIF, TIFF or GIF files, or folders of them',
    },
    output: {
      type: 'string',
      alias: ['o'],
      required: true,
      description: 'File, or folder for several',
      valueHint: 'path',
    },
    quality: {
      type: 'string',
      description: 'Quality of all layers, 1 to 100, or auto:N to search it for SSIMULACRA2 N',
      valueHint: '1..100|auto:N',
    },
    widths: { type: 'string', description: 'Layers, as 640,1280,1280@80', valueHint: 'list' },
    refine: {
      type: 'string',
      description: 'Gradient steps that make the file smaller, slowly (default 0)',
      valueHint: 'steps',
    },
    bg: {
      type: 'string',
      description: 'Colour under transparent pixels, with --coding compass (default ffffff)',
      valueHint: 'rrggbb',
    },
    coding: {
      type: 'string',
      description:
        'auto: COMPASS for photographs, else what is smallest (default); or one coding for all layers',
      valueHint: CODING_CHOICES.join('|'),
    },
    ...BATCH_ARGS,
  },
  async run(args, io) {
    const parameters = parseParameters(args)
    const { pictures, ignored } = await findPictures(args._)
    const intoFolder = pictures.some(({ path }) => !args._.includes(path))
    const targets = await planOutputs(pictures, args.output, { intoFolder })
    const options = await batchOptions(args, 1, async (input) => [parameters, targets.get(input)])
    const { encode } = await io.codec()
    const work = async (input: string) => {
      const json = await encodeFile(input, targets.get(input)!, { parameters, encode })
      const widths = json.layers.map(({ width }) => width).join(' ')
      const codings = [...new Set(json.layers.map(({ coding }) => coding))].join(' ')
      return {
        json,
        text: `${input} -> ${json.output}: ${json.bytes} bytes, ${codings}, widths ${widths}, ${json.seconds} s`,
      }
    }
    const isThere = async (input: string) => existsSync(targets.get(input)!)
    return await runBatch([...targets.keys()], io, work, { ...options, isThere, ignored })
  },
})
