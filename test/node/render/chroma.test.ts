import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodeRendered } from '../../../src/node/render/encode.ts'
import { parseRenderParameters } from '../../../src/node/render/parameters.ts'
import { planRender } from '../../../src/node/render/plan.ts'
import { gradient } from '../../pictures.ts'

/** Lines of red, one pixel wide, on blue. */
function colouredLines(width: number, height: number) {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++)
    data.set((i % width) % 4 === 0 ? [255, 32, 32] : [32, 32, 192], 3 * i)
  return { width, height, data }
}

/** Of an AVIF from the box av1C (AV1 in ISOBMFF, 2.3.3): bits 3 and 2 of its third byte. */
async function subsamplingOf(file: Uint8Array, format: 'avif' | 'jpeg'): Promise<string | undefined> {
  if (format === 'jpeg') return (await sharp(file).metadata()).chromaSubsampling
  const flags = file[Buffer.from(file).indexOf('av1C') + 6]!
  return ['4:4:4', undefined, '4:2:2', '4:2:0'][(flags >> 2) & 3]
}

describe.each(['avif', 'jpeg'] as const)('a rendered %s', (format) => {
  it.each([
    ['halves the resolution of colour', gradient(200, 150), '4:2:0'],
    ['keeps it where edges of colour need it', colouredLines(200, 150), '4:4:4'],
    ['keeps it in small pictures', gradient(160, 125), '4:4:4'],
  ])('%s', async (_, { width, height, data }, expected) => {
    const parameters = parseRenderParameters(new URLSearchParams({ f: format, w: String(width) }))
    const plan = planRender({ width, height, format: 'png' }, parameters)
    const file = await encodeRendered({ width, height, channels: 3, data }, plan)
    expect(await subsamplingOf(file, format)).toBe(expected)
  })
})
