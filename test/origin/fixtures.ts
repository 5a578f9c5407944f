import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { hex } from '../../src/core/bytes.ts'
import { layerHeight } from '../../src/format/ladder.ts'
import { STRIP_ROWS } from '../../src/format/layout.ts'
import { writeStrata } from '../../src/format/writer.ts'
import type { EncodePicture } from '../../src/node/encode.ts'

/** Stands in for the codec: a valid file with the asked ladder whose strips hold a hash of the resized pixels. */
export const fakeEncode: EncodePicture = async (image, { ladder, sha256, resize }) => {
  const layers = []
  for (const { width, quality } of ladder) {
    const height = layerHeight(width, image.width, image.height)
    const { data } = await resize(image, width, height)
    const hash = new Uint8Array(createHash('sha256').update(data).digest())
    const strips = Array.from({ length: Math.ceil(height / STRIP_ROWS) }, () =>
      hash.subarray(0, 4 + (quality % 28)),
    )
    layers.push({ width, height, quality, strips })
  }
  const source = { width: image.width, height: image.height, sha256: hex(sha256) }
  return writeStrata({ source, modelSet: '0123456789abcdef', layers })
}

/** A PNG of one colour. */
export async function plainPng(
  width = 64,
  height = 48,
  background = '#806040',
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer(),
  )
}

/** A PNG of which nothing can be seen. */
export async function transparentPng(): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  return new Uint8Array(
    await sharp({ create: { width: 4, height: 4, channels: 4, background } })
      .png()
      .toBuffer(),
  )
}
