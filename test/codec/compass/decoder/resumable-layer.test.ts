import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeLayer } from '../../../../src/codec/compass/decoder/decode.ts'
import { type ResumableLayer, resumeDecode } from '../../../../src/codec/compass/decoder/resumable-layer.ts'
import { concat } from '../../../../src/core/bytes.ts'
import type { RgbImage } from '../../../../src/core/image.ts'
import { readHeader } from '../../../../src/format/reader.ts'
import { runtime } from '../harness.ts'

const file = new Uint8Array(readFileSync(new URL('../../../golden/picture-v2.strata', import.meta.url)))
const { layers } = readHeader(file)
const top = layers.length - 1

async function decode(layer: number, below?: ResumableLayer, signal?: AbortSignal) {
  const strips: RgbImage[] = []
  const rows = resumeDecode(file, { runtime: await runtime('wasm'), layer, signal }, below)
  for (;;) {
    const { done, value } = await rows.next()
    if (done) return { pixels: concat(strips.map(({ data }) => data)), held: value }
    strips.push(value)
  }
}

describe('resumeDecode', () => {
  it('gives the same pixels from any lower layer as from the base', async () => {
    expect(top).toBeGreaterThanOrEqual(2)
    const options = { runtime: await runtime('wasm') }
    const expected = await Promise.all(
      layers.map(({ index }) => decodeLayer(file, { ...options, layer: index })),
    )
    let below: ResumableLayer | undefined
    for (const { index } of layers) {
      const { pixels, held } = await decode(index, below)
      expect(pixels, `layer ${index}`).toEqual(expected[index]?.data)
      expect(held?.layer).toBe(index)
      below = held
    }
    const { held: base } = await decode(0)
    const { pixels } = await decode(top, base)
    expect(pixels).toEqual(expected[top]?.data)
  })

  it('starts from the base when it is given the same or a higher layer', async () => {
    const { pixels, held } = await decode(top)
    expect((await decode(top, held)).pixels).toEqual(pixels)
  })

  it('does not read the bytes of the given layer and those below', async () => {
    const { held } = await decode(top - 1)
    const damaged = Uint8Array.from(file)
    damaged.fill(0xff, layers[0]!.start, layers[top - 1]!.end)
    const rows = resumeDecode(damaged, { runtime: await runtime('wasm'), layer: top }, held)
    expect((await rows.next()).done).toBe(false)
    await rows.return(undefined)
    await expect(
      resumeDecode(damaged, { runtime: await runtime('wasm'), layer: top }).next(),
    ).rejects.toThrow()
  })

  it('throws ABORTED when its signal is aborted', async () => {
    const { held } = await decode(0)
    await expect(decode(top, held, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
