import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { ssimulacra2 } from '../../src/pixels/ssimulacra2.ts'
import { plainPng } from '../origin/fixtures.ts'
import { photo, psnr } from '../pictures.ts'
import { DAMAGES } from '../pixels/degraded.ts'
import { folder, strata } from './harness.ts'

async function png({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
}

const image = photo(60, 40)

describe('compare', () => {
  it('prints both metrics of two pictures', async () => {
    const damaged = DAMAGES.soft(image, 1)
    const dir = await folder({ 'a.png': await png(image), 'b.png': await png(damaged) })
    const [a, b] = [join(dir, 'a.png'), join(dir, 'b.png')]
    const { code, json } = await strata(['compare', a, b, '--json'])
    expect(code).toBe(0)
    expect(json()).toEqual({
      ...{ a, b, width: 60, height: 40 },
      ssimulacra2: Number(ssimulacra2(image, damaged).toFixed(4)),
      psnr: Number(psnr(image, damaged).toFixed(4)),
    })
    const { ssimulacra2: seen, psnr: decibels } = json()
    expect((await strata(['compare', a, b])).out).toBe(
      `SSIMULACRA2 ${seen.toFixed(2)}\nPSNR ${decibels.toFixed(2)} dB\n`,
    )
    expect((await strata(['compare', a, a])).out).toBe('SSIMULACRA2 100.00\nPSNR 100.00 dB\n')
  })

  it('takes the highest whole layer of a .strata file', async () => {
    const dir = await folder({ 'a.png': await plainPng(90, 60, '#888888') })
    const [a, file] = [join(dir, 'a.png'), join(dir, 'a.strata')]
    expect((await strata(['encode', a, '-o', file, '--widths', '30,90'])).code).toBe(0)
    // The stand-in for the codec decodes everything to #808080.
    const { json } = await strata(['compare', a, file, '--json'])
    expect(json()).toMatchObject({ width: 90, psnr: Number((20 * Math.log10(255 / 8)).toFixed(4)) })
    expect(json().ssimulacra2).toBeLessThan(100)
  })

  it('judges pictures of a few pixels by PSNR alone', async () => {
    const dir = await folder({ 'a.png': await plainPng(7, 60) })
    const path = join(dir, 'a.png')
    expect((await strata(['compare', path, path, '--json'])).json()).toMatchObject({
      ssimulacra2: null,
      psnr: 100,
    })
    expect((await strata(['compare', path, path])).out).toContain('SSIMULACRA2 – (a side is below 8 pixels)')
  })

  it('fails for pictures of different sizes, and for other files', async () => {
    const dir = await folder({ 'a.png': await png(image), 'b.png': await plainPng(40, 60), 'c.png': 'x' })
    const [a, b, c] = ['a.png', 'b.png', 'c.png'].map((name) => join(dir, name)) as [string, string, string]
    const other = await strata(['compare', a, b])
    expect([other.code, other.err]).toEqual([
      1,
      `strata: ${b}: expected 60 x 40 pixels as ${a}, got 40 x 60\n`,
    ])
    expect((await strata(['compare', a, c])).code).toBe(1)
    expect((await strata(['compare', a])).code).toBe(2)
  })
})
