import { describe, expect, it } from 'vitest'
import { product } from '../../../src/bench/pictures/kinds/art.ts'
import { encodeLossy } from '../../../src/node/picture-layers/encode.ts'
import { createScorer } from '../../../src/node/picture-layers/score.ts'
import { searchSetting } from '../../../src/node/picture-layers/search.ts'
import { underfilled } from '../../../src/node/picture-layers/underfill.ts'
import { resizePixels } from '../../../src/node/pixels.ts'

/** A product with a soft shadow, on nothing. */
const original = product(800, 900)

describe('searching a setting for a picture with alpha', () => {
  it('keeps the colours under transparency where they are smaller than those around, at the score', async () => {
    const picture = await resizePixels(original, { width: 400, height: 450 })
    const scorer = createScorer(picture)!
    const found = await searchSetting(picture, 'avif', scorer, { target: 75, tries: 4 })
    const [own, filled] = await Promise.all(
      [picture, underfilled(picture)].map((each) => encodeLossy(each, 'avif', found.setting)),
    )
    expect(own!.length).toBeLessThan(filled!.length)
    expect(found.file).toEqual(own)
    expect(found.score).toBeGreaterThanOrEqual(74.5)
  })
})
