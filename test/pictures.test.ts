import { describe, expect, it } from 'vitest'
import { crc32c } from '../src/core/crc32c.ts'
import { PICTURES, type PictureKind, photo, psnr } from './pictures.ts'

// Other tests state ranges for these very pictures: whoever changes a formula shall see that here first.
const EXPECTED: Record<PictureKind, number> = {
  photo: 197432427,
  gradient: 4188660231,
  text: 1037201096,
  checker: 3611584751,
  noise: 654331794,
}

describe('pictures', () => {
  it.each(Object.keys(PICTURES) as PictureKind[])('%s has the same bytes everywhere', (kind) => {
    const image = PICTURES[kind](61, 47)
    expect(image.data.length).toBe(3 * 61 * 47)
    expect(crc32c(image.data)).toBe(EXPECTED[kind])
  })

  it('differs from seed to seed', () => {
    expect(psnr(photo(64, 64, 1), photo(64, 64, 2))).toBeLessThan(25)
  })

  it('has the falling spectrum of a photograph: neighbours differ little, distant pixels much', () => {
    const { width, height, data } = photo(192, 128)
    const meanStep = (step: number) => {
      let sum = 0
      for (let y = 0; y < height; y++) {
        for (let x = 0; x + step < width; x++) {
          sum += Math.abs(data[3 * (y * width + x)]! - data[3 * (y * width + x + step)]!)
        }
      }
      return sum / (height * (width - step))
    }
    expect(meanStep(1)).toBeLessThan(0.35 * meanStep(32))
    expect(meanStep(1)).toBeGreaterThan(1)
  })
})
