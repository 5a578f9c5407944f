import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { twoSequences } from '../../src/bench/forged/avif-bomb.ts'
import { groupedWebp } from '../../src/bench/forged/webp-bomb.ts'
import { pictureDecoders } from '../../src/bench/transcode-parts.ts'
import { readAvifSize } from '../../src/format/pictures/avif.ts'
import { checkPictureSize } from '../../src/format/pictures/check.ts'
import type { LayerInfo } from '../../src/format/types.ts'

const { webp, avif } = pictureDecoders()

function layer(coding: LayerInfo['coding'], width: number, height: number): LayerInfo {
  return { index: 0, coding, width, height, quality: 75, flags: 0, checksum: 0, score: 0, start: 0, end: 0 }
}

const avifOf = async (width: number, height: number) => {
  const create = { width, height, channels: 3 as const, background: '#345' }
  return new Uint8Array(await sharp({ create }).avif({ effort: 0 }).toBuffer())
}

describe('a WebP with a prefix code for each of its blocks', () => {
  it('is decoded where it has few', async () => {
    expect(await webp?.decode(groupedWebp(40, 40, 100), layer('webp', 40, 40))).toHaveLength(6400)
  })

  it('is refused where its tables take 890 MiB, and the next picture is decoded', async () => {
    const bomb = groupedWebp(2000, 2000, 65_536)
    await expect(webp?.decode(bomb, layer('webp', 2000, 2000))).rejects.toMatchObject({
      code: 'INPUT_TOO_LARGE',
    })
    expect(await webp?.decode(groupedWebp(40, 40, 100), layer('webp', 40, 40))).toHaveLength(6400)
  })
})

describe('an AVIF whose stream declares two sizes', () => {
  it('has the larger one', async () => {
    const small = await avifOf(48, 32)
    expect(readAvifSize(small)).toEqual({ width: 48, height: 32 })
    const bomb = twoSequences(small, 8192, 6000)
    expect(readAvifSize(bomb)).toEqual({ width: 8192, height: 6000 })
    expect(() => checkPictureSize(bomb, layer('avif', 48, 32))).toThrow('8192x6000')
  })

  it('takes the decoder no more memory than it may have', async () => {
    const bomb = twoSequences(await avifOf(48, 32), 8192, 8192)
    await expect(avif?.decode(bomb, layer('avif', 48, 32))).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
    expect(await avif?.decode(await avifOf(48, 32), layer('avif', 48, 32))).toHaveLength(6144)
  })
})

it('an AVIF that holds a film beside its picture has no size', async () => {
  const film = new Uint8Array(8)
  new DataView(film.buffer).setUint32(0, 8)
  film.set(new TextEncoder().encode('moov'), 4)
  const file = await avifOf(48, 32)
  expect(readAvifSize(Buffer.concat([file, film]))).toBeUndefined()
})
