import { StrataError } from '../../core/errors.ts'
import { readInput } from '../../node/files.ts'
import { createJudge } from '../../pixels/judge.ts'
import { defineCommand } from '../command.ts'
import { readAnyPicture } from '../files/any-picture.ts'

export const compare = defineCommand({
  name: 'compare',
  description: 'Say how alike two pictures look (SSIMULACRA2) and how near their values are (PSNR)',
  args: {
    a: { type: 'positional', required: true, description: 'The original: a picture or a .strata file' },
    b: { type: 'positional', required: true, description: 'What is judged; of the same size' },
  },
  async run(args, io) {
    const a = await readAnyPicture(await readInput(args.a), () => io.codec())
    const b = await readAnyPicture(await readInput(args.b), () => io.codec())
    if (a.width !== b.width || a.height !== b.height) {
      const expected = `${a.width} x ${a.height} pixels as ${args.a}`
      throw new StrataError('FILE_FAILED', `${args.b}: expected ${expected}, got ${b.width} x ${b.height}`)
    }
    const { ssimulacra2, psnr } = createJudge(a).scores(b)
    const seen = ssimulacra2 === null ? '– (a side is below 8 pixels)' : ssimulacra2.toFixed(2)
    return {
      json: { a: args.a, b: args.b, width: a.width, height: a.height, ssimulacra2, psnr },
      text: `SSIMULACRA2 ${seen}\nPSNR ${psnr.toFixed(2)} dB`,
    }
  },
})
