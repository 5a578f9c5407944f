import jpegJs from 'jpeg-js'
import sharp from 'sharp'
import type { RgbImage } from '../../../src/core/image.ts'

/** Decodes with libjpeg-turbo, where any warning is an error. */
export async function readBySharp(jpeg: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(jpeg, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
  if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`)
  return { width: info.width, height: info.height, data: new Uint8Array(data) }
}

export function readByJpegJs(jpeg: Uint8Array): RgbImage {
  const { width, height, data } = jpegJs.decode(jpeg, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
  })
  return { width, height, data }
}

/** Encodes a picture with libjpeg-turbo and the same tables. */
export async function writeBySharp(
  image: RgbImage,
  quality: number,
  subsampling: '420' | '444',
  optimized: boolean,
) {
  const { width, height, data } = image
  const chromaSubsampling = subsampling === '420' ? '4:2:0' : '4:4:4'
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling, optimiseCoding: optimized, mozjpeg: false })
    .toBuffer()
  return new Uint8Array(bytes)
}

/** Marker and payload of all segments of a file up to and including SOS. */
export function segmentsOf(jpeg: Uint8Array): { marker: number; data: Uint8Array }[] {
  const segments: { marker: number; data: Uint8Array }[] = []
  for (let at = 2; ; ) {
    const length = (jpeg[at + 2]! << 8) | jpeg[at + 3]!
    const marker = jpeg[at + 1]!
    if (jpeg[at] !== 0xff) throw new Error(`no marker at ${at}`)
    segments.push({ marker, data: jpeg.subarray(at + 4, at + 2 + length) })
    at += 2 + length
    if (marker === 0xda) return segments
  }
}
