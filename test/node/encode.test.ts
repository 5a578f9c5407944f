import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readHeader } from '../../src/format/reader.ts'
import { encodeOriginal } from '../../src/node/encode.ts'
import { fakeEncode, plainPng } from '../origin/fixtures.ts'

describe('encodeOriginal', () => {
  it("gives the original's memory back before it encodes", async () => {
    const original = await plainPng(40, 30)
    const sha256 = createHash('sha256').update(original).digest('hex').slice(0, 32)
    let held = -1
    const file = await encodeOriginal(
      original,
      { quality: 60, coding: 'compass' },
      {
        encode: (image, request) => {
          held = original.length
          return fakeEncode(image, request)
        },
      },
    )
    expect(held).toBe(0)
    expect(readHeader(file).source).toEqual({ width: 40, height: 30, sha256 })
  })

  it('leaves a part of a larger buffer alone', async () => {
    const png = await plainPng(40, 30)
    const buffer = new Uint8Array(png.length + 8)
    buffer.set(png, 8)
    await encodeOriginal(buffer.subarray(8), { quality: 60, coding: 'compass' }, { encode: fakeEncode })
    expect(buffer.subarray(8)).toEqual(png)
  })
})
