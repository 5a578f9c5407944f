import { beforeAll, describe, expect, it } from 'vitest'
import { placeholderCode } from '../../../src/client/inline/code.ts'
import { decodePlaceholder } from '../../../src/client/inline/decode.ts'
import { boxOf } from '../../../src/codec/placeholder/box.ts'
import { decodePlaceholder as decodeFully } from '../../../src/codec/placeholder/decode.ts'
import { encodePlaceholder } from '../../../src/codec/placeholder/encode.ts'
import { type RgbImage, rgbImage } from '../../../src/core/image.ts'
import { previewOf } from '../../../src/node/placeholder.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { openModel } from '../../codec/placeholder/harness.ts'
import { photo, psnr } from '../../pictures.ts'

const picture = photo(96, 64)

function quality(code: string | Uint8Array): number {
  const { rgba } = decodePlaceholder(code)
  const rgb: RgbImage = rgbImage(32, 32, Uint8Array.from(rgba.filter((_, i) => i % 4 < 3)))
  const { width, height } = boxOf(picture)
  return psnr(resample(rgb, width, height), resample(picture, width, height))
}

describe('placeholderCode', () => {
  let code: Uint8Array
  let base64 = ''
  let dataUri = ''
  beforeAll(async () => {
    const model = openModel()
    code = encodePlaceholder(model, picture)
    base64 = Buffer.from(code).toString('base64')
    dataUri = await previewOf(decodeFully(model, code), picture)
  })

  it('is nearer to the picture than the beginning of the code, and nearest with the preview', async () => {
    const alone = await placeholderCode({ placeholder: { base64, dataUri: null } })
    const withPreview = await placeholderCode({ placeholder: { base64, dataUri } })
    expect([alone, withPreview].map((text) => atob(text!).length)).toEqual([24, 24])
    expect(quality(alone!)).toBeGreaterThan(quality(code.subarray(0, 24)))
    expect(quality(withPreview!)).toBeGreaterThan(quality(alone!))
  })

  it.each([16, 29, 32])('can have %d bytes', async (bytes) => {
    const short = await placeholderCode({ placeholder: { base64, dataUri } }, bytes)
    expect(atob(short!)).toHaveLength(bytes)
    expect(quality(short!)).toBeGreaterThanOrEqual(quality(code.subarray(0, bytes)))
  })

  it('is not longer than the given code', async () => {
    const placeholder = { base64: Buffer.from(code.subarray(0, 16)).toString('base64'), dataUri }
    expect(atob((await placeholderCode({ placeholder }, 32))!)).toHaveLength(16)
  })

  it('is undefined for a picture without a placeholder', async () => {
    expect(await placeholderCode({})).toBeUndefined()
    expect(await placeholderCode({ placeholder: { base64: '', dataUri: null } })).toBeUndefined()
  })

  it.each([15, 33, 24.5, Number.NaN])('refuses a length of %d', async (bytes) => {
    await expect(placeholderCode({ placeholder: { base64 } }, bytes)).rejects.toMatchObject({
      code: 'PARAM_INVALID',
      message: expect.stringContaining('an integer from 16 to 32'),
    })
  })

  it('refuses what is not a code, and a damaged preview', async () => {
    await expect(placeholderCode({ placeholder: { base64: '!' } })).rejects.toThrow(RangeError)
    const damaged = { base64, dataUri: `${dataUri.slice(0, 200)}==` }
    await expect(placeholderCode({ placeholder: damaged })).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })
})
