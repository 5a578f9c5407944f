import { describe, expect, it } from 'vitest'
import { decode, encode, info, truncate } from '../../src/node/codec.ts'
import { ssimulacra2 } from '../../src/pixels/ssimulacra2.ts'
import { encodePng } from '../codec/irn/harness.ts'
import { photo, psnr } from '../pictures.ts'

describe('the codec for Node', () => {
  const picture = photo(120, 80)

  it('encodes, describes, cuts and decodes, and leaves the bytes alone that it is given', async () => {
    const png = await encodePng(picture)
    const before = png.slice()
    const file = await encode(png, { widths: '60,120', quality: 80 })
    expect(png).toEqual(before)
    const { layers, source, placeholder } = await info(file)
    expect(source).toMatchObject({ width: 120, height: 80 })
    expect(layers.map(({ width, quality }) => [width, quality])).toEqual([
      [60, 80],
      [120, 80],
    ])
    expect(placeholder.dataUri).toMatch(/^data:image\/png;base64,/)
    expect(psnr(await decode(file), picture)).toBeGreaterThan(28)
    const base = truncate(file, 0)
    expect(base.length).toBe(layers[0]!.end)
    expect(await decode(base)).toEqual(await decode(file, { layer: 0 }))
    expect(await decode(file, { width: 50 })).toMatchObject({ width: 60, height: 40 })
  })

  it('searches the quality of a layer for a score, and says in the header what was reached', async () => {
    const source = photo(320, 200)
    const png = await encodePng(source)
    const score = async (file: Uint8Array) => ssimulacra2(source, await decode(file))
    const target = Math.round(await score(await encode(png, { coding: 'compass', widths: '160@40,320@45' })))
    const file = await encode(png, { coding: 'compass', widths: '160@40,320', quality: `auto:${target}` })
    const { layers } = await info(file)
    expect(layers.map(({ width }) => width)).toEqual([160, 320])
    expect(layers[0]).toMatchObject({ quality: 40 })
    expect(layers[0]).not.toHaveProperty('score')
    const shown = await score(file)
    expect(Math.abs(shown - target)).toBeLessThanOrEqual(1)
    expect(layers[1]!.score).toBe(Math.round(shown))
    // The same qualities by hand give the same layers: the search adds nothing but the scores.
    const widths = layers.map(({ width, quality }) => `${width}@${quality}`).join()
    const byHand = await encode(png, { coding: 'compass', widths })
    expect(byHand.length).toBe(file.length)
    expect(await decode(byHand)).toEqual(await decode(file))
  })

  it('needs no score of layers that are too small for one', async () => {
    const file = await encode(await encodePng(photo(320, 200)), { widths: '11,80', quality: 'auto:50' })
    const { layers } = await info(file)
    expect(layers[0]).not.toHaveProperty('score')
    expect(layers[1]!.score).toBeGreaterThan(0)
  })

  it.each([
    { quality: 0 },
    { quality: 61.5 },
    { quality: 'auto:5' as const },
    { widths: 'wide' },
    { background: 'red' },
    { refine: -1 },
  ])('refuses %j', async (options) => {
    await expect(encode(await encodePng(picture), options)).rejects.toMatchObject({ code: 'PARAM_INVALID' })
  })

  it('refuses what is no picture, no file and no layer', async () => {
    await expect(encode(new Uint8Array())).rejects.toMatchObject({ code: 'INPUT_EMPTY' })
    await expect(decode(new Uint8Array(200))).rejects.toMatchObject({ code: 'FORMAT_MAGIC' })
    const file = await encode(await encodePng(picture), { widths: '120' })
    await expect(decode(file, { layer: 1 })).rejects.toMatchObject({ code: 'PARAM_INVALID' })
    await expect(decode(file, { width: 0 })).rejects.toMatchObject({ code: 'PARAM_INVALID' })
  })
})
