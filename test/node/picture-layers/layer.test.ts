import { describe, expect, it } from 'vitest'
import { chart } from '../../../src/bench/pictures/kinds/graphics.ts'
import { DARK, editor } from '../../../src/bench/pictures/kinds/screens.ts'
import { makeAvif } from '../../../src/node/picture-layers/avif-layer.ts'
import { encodeLossless } from '../../../src/node/picture-layers/encode.ts'
import { makeLayer } from '../../../src/node/picture-layers/layer.ts'
import { createScorer } from '../../../src/node/picture-layers/score.ts'
import { decodeFile } from '../../../src/node/pixels.ts'

const drawing = chart(330, 210)
const scorer = createScorer(drawing)!
const avif = { target: 75, first: undefined, needed: undefined, tries: 4 }

describe('a layer as AVIF', () => {
  it('reaches the score that was wanted, and says truly which it reached', async () => {
    const found = await makeAvif(drawing, scorer, { ...avif, useless: Number.POSITIVE_INFINITY })
    expect(found?.made.score).toBeGreaterThanOrEqual(74.5)
    expect(found?.made.score).toBeLessThanOrEqual(80)
    expect(scorer.score(await decodeFile(found!.made.file))).toBeCloseTo(found!.made.score, 5)
  })

  it('is not made where it would have many more bytes than are of use', async () => {
    const found = await makeAvif(drawing, scorer, { ...avif, useless: 500 })
    expect(found).toBeUndefined()
  })

  it('is tried at the setting that a layer of another width needed', async () => {
    const plain = await makeAvif(drawing, scorer, { ...avif, useless: Number.POSITIVE_INFINITY })
    const again = await makeAvif(drawing, scorer, {
      ...avif,
      ...{ first: plain!.needed.rough, needed: plain!.needed },
      ...{ tries: 1, useless: Number.POSITIVE_INFINITY },
    })
    expect(Math.abs(again!.made.score - 75)).toBeLessThan(6)
  })
})

describe('one layer', () => {
  const options = { target: 75, trial: undefined, needed: undefined, lossless: false }

  it('is lossless where text takes hardly fewer bytes in any other way', async () => {
    const code = editor(400, 260, DARK)
    const { made } = await makeLayer(code, options)
    const exact = await encodeLossless(code)
    if (made.lossless) expect(made.file).toEqual(exact.file)
    else expect(exact.file.length).toBeGreaterThan(1.1 * made.file.length)
    expect(made.score).toBeGreaterThanOrEqual(74)
  })

  it('reaches the score although wider layers would make it useless', async () => {
    const { made, needed } = await makeLayer(drawing, { ...options, useless: 1 })
    expect(needed).toBeUndefined()
    expect(made.score).toBeGreaterThanOrEqual(74)
  })
})
