import { describe, expect, it } from 'vitest'
import { chart } from '../../../src/bench/pictures/kinds/graphics.ts'
import { type DecodedPicture, openPicture } from '../../../src/node/ingest/ingest.ts'
import { createScorer } from '../../../src/node/picture-layers/score.ts'
import { decodeFile, resizePixels, sharpOf } from '../../../src/node/pixels.ts'
import { parseRenderParameters } from '../../../src/node/render/parameters.ts'
import { planRender } from '../../../src/node/render/plan.ts'
import { renderPicture } from '../../../src/node/render/render.ts'
import { photo } from '../../pictures.ts'
import { paint } from '../picture-layers/pictures.ts'

const drawing = chart(660, 420)

async function render(query: string, picture: DecodedPicture = drawing): Promise<Uint8Array> {
  const original = await openPicture(new Uint8Array(await sharpOf(picture).png().toBuffer()))
  return await renderPicture(
    original,
    planRender(original, parseRenderParameters(new URLSearchParams(query))),
  )
}

describe('a drawing that somebody waits for', () => {
  it('is a smaller AVIF than the quickest one of much the same look', async () => {
    const query = 'f=avif&w=330&wait=1'
    const [drawn, quick] = [await render(`${query}&lossless=1`), await render(query)]
    const scorer = createScorer(await resizePixels(drawing, { width: 330, height: 210 }))!
    const scoreOf = async (file: Uint8Array) => scorer.score(await decodeFile(file))
    expect(drawn.length).toBeLessThan(0.7 * quick.length)
    expect(await scoreOf(drawn)).toBeGreaterThan((await scoreOf(quick)) - 2)
  })
})

describe('pixel art that is made small', () => {
  it('keeps its colours: the usual setting of AVIF would lose them', async () => {
    const inks = [0x1a1c2c, 0xb13e53, 0xffcd75, 0x38b764, 0x3b5dc9, 0x73eff7].map((ink) => [
      ink >> 16,
      (ink >> 8) & 255,
      ink & 255,
    ])
    const art = paint(256, 160, (x, y) => inks[(7 * (x >> 1) * (y >> 1) + 3 * (x >> 2) + (y >> 1)) % 6]!)
    const file = await render('f=avif&w=96&wait=1&lossless=1', art)
    const small = await resizePixels(art, { width: 96, height: 60 })
    const exact = await sharpOf(small).webp({ lossless: true }).toBuffer()
    expect(createScorer(small)!.score(await decodeFile(file))).toBeGreaterThan(60)
    expect(file.length).toBeLessThanOrEqual(1.05 * exact.length)
  })
})

describe('a picture with the colours of a photograph', () => {
  it('is no drawing, whatever the client says of lossless files', async () => {
    const { width, height, data } = photo(420, 260)
    const picture = { width, height, channels: 3 as const, data }
    const query = 'f=avif&w=420&wait=1'
    expect(await render(`${query}&lossless=1`, picture)).toEqual(await render(query, picture))
  })
})
