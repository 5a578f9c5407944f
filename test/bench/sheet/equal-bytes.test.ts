import { describe, expect, it } from 'vitest'
import { encodeToSize } from '../../../src/bench/sheet/equal-bytes.ts'
import { readPicture } from '../../../src/node/ingest/ingest.ts'
import { encodeRival, RIVALS } from '../../../src/node/rival-files.ts'
import { photo } from '../../pictures.ts'

const picture = photo(96, 64)

describe.each(RIVALS)('encodeToSize with %s', (codec) => {
  it.each([25, 60])('finds the largest file that is not larger than that of quality %i', async (quality) => {
    const { length } = await encodeRival(picture, codec, quality)
    const found = await encodeToSize(picture, codec, length)
    expect(found.file.length).toBeLessThanOrEqual(1.01 * length)
    expect(found.file.length).toBeGreaterThan(0.9 * length)
    expect(found.file).toEqual(await encodeRival(picture, codec, found.quality))
    const next = await encodeRival(picture, codec, found.quality + 1)
    expect(next.length).toBeGreaterThan(1.01 * length)
    const { width, height } = await readPicture(found.file)
    expect([width, height]).toEqual([96, 64])
  })

  it('returns the worst file when all are larger, and the best when all are smaller', async () => {
    const [worst, best] = [await encodeToSize(picture, codec, 1), await encodeToSize(picture, codec, 1e6)]
    expect([worst.quality, best.quality]).toEqual([1, 100])
    expect(worst.file.length).toBeLessThan(best.file.length)
  })
})
