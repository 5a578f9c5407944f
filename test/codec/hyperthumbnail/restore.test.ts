import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { embed } from '../../../src/codec/hyperthumbnail/embed.ts'
import { findMarker, markerSegment } from '../../../src/codec/hyperthumbnail/marker.ts'
import { restore } from '../../../src/codec/hyperthumbnail/restore.ts'
import { writeCoefficients } from '../../../src/pixels/jpeg/coefficients.ts'
import { jpegSegments, readJpeg } from '../../../src/pixels/jpeg/reader.ts'
import type { JpegSegment } from '../../../src/pixels/jpeg/types.ts'
import { photo } from '../../pictures.ts'
import { decodePicture, openModel } from './harness.ts'

describe('restore', () => {
  const model = openModel()
  const picture = photo(96, 64)
  let file: Uint8Array
  let ours: JpegSegment
  beforeAll(async () => {
    file = await embed([picture], { high: picture, low: { width: 48, height: 32 }, quality: 75 }, { model })
    ours = jpegSegments(file).find(({ marker }) => marker === 0xe9)!
  })

  const restored = (bytes: Uint8Array) => restore(bytes, { model, decodePicture })

  /** A file with the same coefficients and other segments. */
  function rewritten(segments: readonly JpegSegment[], huffman?: 'standard'): Uint8Array {
    const { coefficients, tables } = readJpeg(file)
    return writeCoefficients(coefficients, { quality: 75, subsampling: '444', tables, segments, huffman })
  }

  it('restores a lossless rewrite that keeps the marker', async () => {
    const comment = { marker: 0xfe, data: new TextEncoder().encode('kept') }
    const again = rewritten([comment, ours], 'standard')
    expect(again.length).not.toBe(file.length)
    const [one, two] = [await restored(again), await restored(file)]
    expect(one.method).toBe('hyperthumbnail')
    expect(Buffer.compare(one.image.data, two.image.data)).toBe(0)
  })

  it('upscales a JPEG that was encoded again, with or without the marker', async () => {
    const pipeline = () => sharp(file).jpeg({ quality: 90, chromaSubsampling: '4:4:4', mozjpeg: false })
    const without = new Uint8Array(await pipeline().toBuffer())
    expect(await restored(without)).toMatchObject({
      method: 'plain',
      note: expect.stringContaining('marker'),
    })
    const head = Uint8Array.of(0xff, 0xe9, 0, 2 + ours.data.length)
    const kept = Buffer.concat([without.subarray(0, 2), head, ours.data, without.subarray(2)])
    const { method, note, image } = await restored(kept)
    expect({ method, note }).toEqual({ method: 'plain', note: 'the JPEG was changed after it was made' })
    expect(image).toMatchObject({ width: 96, height: 64 })
  })

  it('upscales a progressive JPEG', async () => {
    const progressive = new Uint8Array(await sharp(file).jpeg({ progressive: true }).toBuffer())
    const head = Uint8Array.of(0xff, 0xe9, 0, 2 + ours.data.length)
    const kept = Buffer.concat([progressive.subarray(0, 2), head, ours.data, progressive.subarray(2)])
    expect(await restored(kept)).toMatchObject({ method: 'plain', note: expect.stringContaining('changed') })
  })

  it.each([
    ['another model', { model: '0123456789abcdef' }, 'model 0123456789abcdef'],
    ['another factor', { factor: 4 }, '4x'],
    ['a size that does not fit', { high: { width: 98, height: 64 } }, 'changed'],
    ['another checksum', { checksum: 1 }, 'changed'],
    ['an impossible quality', { quality: 101 }, 'changed'],
    ['an impossible strength', { strength: 101 }, 'changed'],
  ])('upscales a file whose marker names %s', async (_, change, note) => {
    const marker = { ...findMarker([ours])!, ...change }
    const found = await restored(rewritten([markerSegment(marker)]))
    expect(found).toMatchObject({ method: 'plain', factor: 2, note: expect.stringContaining(note) })
  })
})
