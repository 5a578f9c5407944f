import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodePng } from '../codec/irn/harness.ts'
import { photo, psnr } from '../pictures.ts'
import { readBySharp } from '../pixels/jpeg/read.ts'
import { folder, strata } from './harness.ts'

const picture = photo(121, 83)

describe('strata rescale and restore', () => {
  it.each([2, 4])('make a lossless thumbnail at 1/%i and bring the picture back', async (scale) => {
    const dir = await folder({ 'a.png': await encodePng(picture) })
    const [a, low, out] = ['a.png', 'low.png', 'b.png'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ]
    const made = await strata(['rescale', a, '--method', 'irn', '--scale', `${scale}`, '-o', low, '--json'])
    const size = { width: Math.ceil(121 / scale), height: Math.ceil(83 / scale) }
    expect(made.json()).toMatchObject({ method: 'irn', scale, ...size })
    expect(await readBySharp(await readFile(low))).toMatchObject(size)
    const restored = await strata(['restore', low, '-o', out, '--json'])
    expect(restored.json()).toMatchObject({ method: 'irn', factor: scale, width: 121, height: 83 })
    expect(psnr(await readBySharp(await readFile(out)), picture)).toBeGreaterThan(24)
    const sampled = await strata(['restore', low, '-o', out, '--seed', '7', '--json'])
    expect(sampled.json()).toMatchObject({ method: 'irn', width: 121 })
  })

  it('make a thumbnail of a given width with --method irn', async () => {
    const dir = await folder({ 'a.png': await encodePng(picture) })
    const [a, low] = ['a.png', 'low.png'].map((name) => join(dir, name)) as [string, string]
    const made = await strata(['thumbnail', a, '--width', '40', '--method', 'irn', '-o', low, '--json'])
    expect(made.json()).toMatchObject({ method: 'irn', width: 40, height: 27, ht: 2 })
    const restored = await strata(['restore', low, '-o', join(dir, 'b.png'), '--json'])
    expect(restored.json()).toMatchObject({ method: 'irn', width: 80, height: 54 })
  })

  it('upscale a PNG that hides nothing, with a note', async () => {
    const dir = await folder({ 'a.png': await encodePng(picture) })
    const restored = await strata(['restore', join(dir, 'a.png'), '-o', join(dir, 'b.png'), '--json'])
    expect(restored.json()).toMatchObject({
      method: 'plain',
      factor: 2,
      note: expect.stringContaining('hides nothing'),
    })
  })

  it.each([
    [['rescale', 'a.png', '-o', 'b.jpg'], '.png'],
    [['rescale', 'a.png', '--scale', '3', '-o', 'b.png'], 'scale'],
    [['rescale', 'a.png', '--method', 'lanczos', '-o', 'b.png'], 'method'],
    [['thumbnail', 'a.png', '--width', '9', '--method', 'irn', '--ht', '1', '-o', 'b.png'], '--ht'],
    [['thumbnail', 'a.png', '--width', '9', '--method', 'irn', '-o', 'b.jpg'], '.png'],
    [['restore', 'a.png', '--seed', '-1', '-o', 'b.png'], '--seed'],
  ])('refuse %j', async (argv, message) => {
    const { code, err } = await strata(argv)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('end with 1 on what is no picture', async () => {
    const dir = await folder({ 'a.txt': 'no picture', 'b.bin': '' })
    for (const name of ['a.txt', 'b.bin']) {
      expect((await strata(['rescale', join(dir, name), '-o', join(dir, 'c.png')])).code).toBe(1)
    }
  })
})
