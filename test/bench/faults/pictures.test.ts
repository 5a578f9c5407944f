import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { fingerprint, makePicture, recognize, sha256 } from '../../../src/bench/faults/pictures.ts'

describe('pictures that are recognized', () => {
  it('are distinguished in other sizes and formats', async () => {
    const pictures = await Promise.all(Array.from({ length: 40 }, (_, seed) => makePicture(seed, 120, 80)))
    for (const [i, { bytes }] of pictures.entries()) {
      const small = sharp(bytes).resize(40)
      const file = await (i % 2 === 0 ? small.jpeg({ quality: 40 }) : small.webp({ quality: 40 })).toBuffer()
      expect(recognize(await fingerprint(file), pictures)).toBe(i)
      expect(recognize(await fingerprint(file), pictures.toSpliced(i, 1))).toBeUndefined()
    }
  })

  it('are equal for equal seeds, and cut off on request', async () => {
    const [whole, again, broken] = [
      await makePicture(1, 60, 40),
      await makePicture(1, 60, 40),
      await makePicture(1, 60, 40, true),
    ]
    expect(again.sha256).toBe(whole.sha256)
    expect(sha256(broken.bytes)).toBe(broken.sha256)
    expect(whole.bytes.subarray(0, broken.bytes.length)).toEqual(broken.bytes)
    await expect(fingerprint(broken.bytes)).rejects.toThrow()
  })
})
