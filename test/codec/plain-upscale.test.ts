import { describe, expect, it } from 'vitest'
import { upscalePlainly } from '../../src/codec/plain-upscale.ts'
import { rgbImage } from '../../src/core/image.ts'
import { photo } from '../pictures.ts'

/** A decoder that gives a picture of this size, which takes no memory where nobody looks at it. */
const decoderOf = (width: number, height: number) => async () => ({ width, height, data: new Uint8Array() })
const FILE = new Uint8Array()

describe('a picture without hidden detail', () => {
  it('is enlarged by the factor', async () => {
    const { data } = photo(40, 30)
    const decode = async () => rgbImage(40, 30, data)
    const { image, method, note } = await upscalePlainly(FILE, 4, 'why', decode)
    expect([image.width, image.height, method, note]).toEqual([160, 120, 'plain', 'why'])
  })

  it.each([
    [5001, 5000, 2],
    [10_000, 10_000, 2],
    [2501, 2500, 4],
    [32_768, 10, 2],
  ])(
    'is refused where it would become larger than a picture may be: %d x %d, %d times',
    async (width, height, factor) => {
      await expect(upscalePlainly(FILE, factor, 'why', decoderOf(width, height))).rejects.toMatchObject({
        code: 'INPUT_TOO_LARGE',
        message: expect.stringContaining(`got ${width}x${height}`),
      })
    },
  )
})
