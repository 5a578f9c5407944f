import { describe, expect, it } from 'vitest'
import { createJudge } from '../../src/pixels/judge.ts'
import { ssimulacra2 } from '../../src/pixels/ssimulacra2.ts'
import { photo, psnr } from '../pictures.ts'
import { DAMAGES } from './degraded.ts'

describe('createJudge', () => {
  const image = photo(40, 30)

  it('scores several pictures by both metrics', () => {
    const judge = createJudge(image)
    for (const picture of [DAMAGES.soft(image, 1), DAMAGES.levels(image, 20)]) {
      const { ssimulacra2: seen, psnr: near } = judge.scores(picture)
      expect(seen).toBeCloseTo(ssimulacra2(image, picture), 4)
      expect(near).toBeCloseTo(psnr(image, picture), 4)
      expect(judge.score(picture, 'ssimulacra2')).toBeCloseTo(seen!, 4)
      expect(judge.score(picture, 'psnr')).toBeCloseTo(near, 4)
    }
    expect(judge.scores(image)).toEqual({ ssimulacra2: 100, psnr: 100 })
  })

  it('gives no SSIMULACRA2 for a side below 8 pixels, and throws when that score is asked for', () => {
    const small = photo(40, 7)
    const judge = createJudge(small)
    expect(judge.scores(small)).toEqual({ ssimulacra2: null, psnr: 100 })
    expect(judge.score(small, 'psnr')).toBe(100)
    expect(() => judge.score(small, 'ssimulacra2')).toThrow(
      expect.objectContaining({
        code: 'INPUT_UNSUPPORTED',
        message: expect.stringMatching(/expected sides of at least 8 .*, got 40 x 7/),
      }),
    )
  })

  it('refuses a picture of another size', () => {
    expect(() => createJudge(image).scores(photo(30, 40))).toThrow('expected pictures of one size')
  })
})
