import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { makeThumbnail } from '../../src/cli/files/thumbnail-file.ts'
import { hyperThumbnail } from '../../src/codec/hyperthumbnail/index.ts'
import { decodePicture, openModel } from '../codec/hyperthumbnail/harness.ts'
import { photo } from '../pictures.ts'
import { readBySharp } from '../pixels/jpeg/read.ts'
import { fakeCodec, folder, strata } from './harness.ts'

async function png(width: number, height: number): Promise<Uint8Array> {
  const { data } = photo(width, height)
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
}

describe('strata thumbnail and restore', () => {
  it('make a plain thumbnail, and upscale it again with a note', async () => {
    const dir = await folder({ 'a.png': await png(90, 61) })
    const [a, jpg, out] = ['a.png', 'a.jpg', 'b.png'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ]
    const made = await strata(['thumbnail', a, '--width', '40', '--ht', '1', '-o', jpg, '--json'])
    expect(made.json()).toMatchObject({ output: jpg, width: 40, height: 27, ht: 1 })
    const bytes = await readFile(jpg)
    expect(made.json().bytes).toBe(bytes.length)
    expect(await readBySharp(bytes)).toMatchObject({ width: 40, height: 27 })
    const restored = await strata(['restore', jpg, '-o', out, '--json'])
    expect(restored.json()).toMatchObject({ method: 'plain', factor: 2, width: 80, height: 54 })
    expect(restored.json().note).toMatch(/marker|model/)
    expect(await sharp(out).metadata()).toMatchObject({ width: 80, height: 54, format: 'png' })
  })

  it.each([
    [['thumbnail', 'a.png', '-o', 'b.jpg'], 'width'],
    [['thumbnail', 'a.png', '--width', '0', '-o', 'b.jpg'], '--width'],
    [['thumbnail', 'a.png', '--width', '9', '-o', 'b.png'], '.jpg'],
    [['thumbnail', 'a.png', '--width', '9', '--ht', '3', '-o', 'b.jpg'], 'ht'],
    [['thumbnail', 'a.png', '--width', '9', '--quality', '101', '-o', 'b.jpg'], '--quality'],
    [['restore', 'a.jpg', '-o', 'b.gif'], '.png or .jpg'],
  ])('refuse %j', async (argv, message) => {
    const { code, err } = await strata(argv)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('end with 1 on what is no picture, or too small', async () => {
    const dir = await folder({ 'a.png': await png(30, 20), 'b.txt': 'no picture' })
    const out = join(dir, 'c.jpg')
    for (const [name, command, message] of [
      ['b.txt', ['thumbnail', '--width', '9'], 'expected one of avif'],
      ['b.txt', ['restore'], 'expected one of avif'],
      ['a.png', ['thumbnail', '--width', '31', '--ht', '1'], 'at most 30'],
    ] as const) {
      const { code, err } = await strata([...command, join(dir, name), '-o', out])
      expect([name, code !== 0, err.includes(message)]).toEqual([name, true, true])
    }
  })
})

describe('makeThumbnail', () => {
  const rescaler = hyperThumbnail({ model: openModel(), decodePicture })
  const tools = { codec: async () => fakeCodec, rescaler: async () => rescaler }
  const request = { width: 40, factor: undefined, quality: 75 }

  it.each([
    [80, 54, { width: 80, height: 54 }],
    [81, 55, { width: 81, height: 55 }],
    [200, 134, { width: 80, height: 54 }],
  ])('hides a picture of %i x %i', async (width, height, high) => {
    const made = await makeThumbnail(await png(width, height), request, tools)
    expect(made).toMatchObject({ width: 40, height: 27, ht: 2 })
    expect(await rescaler.restore(made.bytes)).toMatchObject({ method: 'hyperthumbnail', image: high })
  })

  it('hides a picture of four times the size with factor 4', async () => {
    const fourfold = hyperThumbnail({ model: openModel(4), decodePicture })
    const rescalerOf = async (factor: number) => (factor === 4 ? fourfold : rescaler)
    const wanted = { ...request, width: 20, factor: 4 }
    const made = await makeThumbnail(await png(81, 55), wanted, { ...tools, rescaler: rescalerOf })
    expect(made).toMatchObject({ width: 20, height: 14, ht: 4 })
    const restored = await fourfold.restore(made.bytes)
    expect(restored).toMatchObject({ method: 'hyperthumbnail', factor: 4, image: { width: 81, height: 55 } })
  })

  it('hides nothing by default when the picture is too small', async () => {
    const small = await png(70, 47)
    expect(await makeThumbnail(small, request, tools)).toMatchObject({ width: 40, height: 27, ht: 1 })
    await expect(makeThumbnail(small, { ...request, factor: 2 }, tools)).rejects.toMatchObject({
      code: 'PARAM_INVALID',
    })
  })

  it('refuses factors without a model', async () => {
    const none = { ...tools, rescaler: async () => undefined }
    const picture = await png(80, 54)
    for (const [factor, own] of [
      [4, tools],
      [2, none],
    ] as const) {
      const wanted = makeThumbnail(picture, { ...request, factor }, own)
      await expect(wanted).rejects.toMatchObject({ code: 'MODEL_INVALID' })
    }
    expect(await makeThumbnail(picture, request, none)).toMatchObject({ ht: 1 })
  })
})
