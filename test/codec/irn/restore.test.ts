import { describe, expect, it } from 'vitest'
import { irn } from '../../../src/codec/irn/index.ts'
import { photo, psnr } from '../../pictures.ts'
import { decodePicture, encodePng, openModel } from './harness.ts'

const model = openModel(2)
const tools = { model, decodePicture, encodePng }
const picture = photo(96, 64)
const sizes = { high: picture, low: { width: 48, height: 32 }, quality: 75 }

describe('restore', () => {
  it('restores the same picture for the same seed and a different one for another seed', async () => {
    const file = await irn(tools).embed([picture], sizes)
    const [zero, one, again, two] = await Promise.all(
      [undefined, 1, 1, 2].map(async (seed) => (await irn({ ...tools, seed }).restore(file)).image),
    )
    expect(one).toEqual(again)
    expect(one).not.toEqual(zero)
    expect(one).not.toEqual(two)
    expect(psnr(one!, picture)).toBeGreaterThan(psnr(zero!, picture) - 3)
  })

  it('upscales plainly a PNG with changed pixels and one made for another model', async () => {
    const file = await irn(tools).embed([picture], sizes)
    const { default: sharp } = await import('sharp')
    const stripped = new Uint8Array(await sharp(file).png().toBuffer())
    expect(await irn(tools).restore(stripped)).toMatchObject({
      method: 'plain',
      note: expect.stringContaining('hides nothing'),
    })
    const other = irn({ ...tools, model: { ...model, id: '0123456789abcdef' } })
    expect(await other.restore(file)).toMatchObject({
      method: 'plain',
      note: expect.stringContaining(model.id),
    })
  })

  it('does not need more memory for a taller picture', async () => {
    const peak = async (height: number): Promise<number> => {
      const tall = photo(32, height)
      let most = 0
      function* strips() {
        for (let y = 0; y < height; y += 16) {
          yield { width: 32, height: 16, data: tall.data.slice(96 * y, 96 * (y + 16)) }
          most = Math.max(most, process.memoryUsage().arrayBuffers)
        }
      }
      const before = process.memoryUsage().arrayBuffers
      await irn(tools).embed(strips(), { high: tall, low: { width: 16, height: height / 2 }, quality: 75 })
      return most - before
    }
    await peak(256)
    const [low, high] = [await peak(512), await peak(4096)]
    // Only the thumbnail itself and garbage that is not collected yet may grow.
    expect(high).toBeLessThan(low + 16e6)
  })
})
