import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/core/crc32.ts'
import { findChunk, isPng, withChunk } from '../../../src/pixels/png/chunks.ts'
import { encodePng } from '../../codec/irn/harness.ts'
import { photo } from '../../pictures.ts'
import { readBySharp } from '../jpeg/read.ts'

const chunk = { type: 'stRA', data: Uint8Array.of(1, 2, 3) }

describe('PNG chunks', () => {
  it('are found again in a file that other decoders still read', async () => {
    const picture = photo(9, 7)
    const png = withChunk(await encodePng(picture), chunk)
    expect(isPng(png)).toBe(true)
    expect(findChunk(png, 'stRA')).toEqual(chunk)
    expect(await readBySharp(png)).toEqual(picture)
  })

  it('are not found in a file without them', async () => {
    expect(findChunk(await encodePng(photo(9, 7)), 'stRA')).toBeUndefined()
    expect(isPng(new Uint8Array())).toBe(false)
  })

  it('are refused when they are damaged or cut off', async () => {
    const png = withChunk(await encodePng(photo(9, 7)), chunk)
    const damaged = png.slice()
    damaged[41]! ^= 1
    for (const file of [damaged, png.subarray(0, 20), png.subarray(0, 40)]) {
      expect(() => findChunk(file, 'stRA')).toThrow(expect.objectContaining({ code: 'INPUT_CORRUPT' }))
    }
  })
})

it('crc32 returns the published check value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})
