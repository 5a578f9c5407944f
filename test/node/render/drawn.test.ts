import { describe, expect, it } from 'vitest'
import { chart } from '../../../src/bench/pictures/kinds/graphics.ts'
import { openPicture } from '../../../src/node/ingest/ingest.ts'
import { createScorer } from '../../../src/node/picture-layers/score.ts'
import { decodeFile, resizePixels, sharpOf } from '../../../src/node/pixels.ts'
import { parseRenderParameters } from '../../../src/node/render/parameters.ts'
import { planRender } from '../../../src/node/render/plan.ts'
import { renderPicture } from '../../../src/node/render/render.ts'

const drawing = chart(660, 420)

async function render(query: string): Promise<Uint8Array> {
  const original = await openPicture(new Uint8Array(await sharpOf(drawing).png().toBuffer()))
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
