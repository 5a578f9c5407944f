import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { writeStrata } from '../../src/format/writer.ts'
import { sampleParts } from '../format/files.ts'
import { photo } from '../pictures.ts'
import { fakeCodec, folder, strata } from './harness.ts'

async function png(width: number, height: number): Promise<Uint8Array> {
  const { data } = photo(width, height)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

describe('strata placeholder', () => {
  it('makes a code and decodes it', async () => {
    const dir = await folder({ 'a.png': await png(120, 80) })
    const [a, code, out] = [join(dir, 'a.png'), join(dir, 'a.bin'), join(dir, 'b.png')]
    const made = await strata(['placeholder', a, '--steps', '2', '-o', code, '--json'])
    const bytes = await readFile(code)
    expect([made.code, bytes.length]).toEqual([0, 32])
    expect(made.json()).toEqual({
      input: a,
      output: code,
      steps: 2,
      bytes: 32,
      base64: bytes.toString('base64'),
    })
    const decoded = await strata(['placeholder', '--decode', code, '-o', out, '--json'])
    expect(decoded.json()).toMatchObject({ width: 32, height: 32, steps: 2 })
    expect(await sharp(out).metadata()).toMatchObject({ width: 32, height: 32, format: 'png' })
  })

  it('has 3 steps by default, and takes a .strata file', async () => {
    const file = writeStrata(sampleParts(320, 200, [{ width: 320, quality: 50 }]))
    const dir = await folder({ 'a.strata': file })
    const code = join(dir, 'a.bin')
    expect(await strata(['placeholder', join(dir, 'a.strata'), '-o', code])).toMatchObject({ code: 0 })
    expect(await readFile(code)).toHaveLength(48)
  })

  it.each([
    [['placeholder', 'a.png', '--steps', '0', '-o', 'b.bin'], '--steps'],
    [['placeholder', 'a.png', '--steps', '9', '-o', 'b.bin'], '--steps'],
    [['placeholder', '--decode', 'a.bin', '--steps', '3', '-o', 'b.png'], 'exclude each other'],
    [['placeholder', '--decode', 'a.bin', '-o', 'b.gif'], '.png or .jpg'],
    [['placeholder', 'a.png'], 'output'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await strata(argv)
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('reports errors of its input', async () => {
    const dir = await folder({ 'a.bin': 'no whole step', 'empty.bin': '', 'a.txt': 'no picture' })
    const out = join(dir, 'c.png')
    expect((await strata(['placeholder', '--decode', join(dir, 'a.bin'), '-o', out])).err).toMatch(/got 13/)
    expect((await strata(['placeholder', '--decode', join(dir, 'empty.bin'), '-o', out])).err).toMatch(
      /got 0/,
    )
    expect((await strata(['placeholder', join(dir, 'a.txt'), '-o', out])).code).toBe(1)
  })
})

describe('strata info', () => {
  it('shows the placeholder as a data URI', async () => {
    const file = writeStrata({
      ...sampleParts(320, 200, [{ width: 320, quality: 50 }]),
      placeholder: new Uint8Array(48),
    })
    const path = join(await folder({ 'a.strata': file }), 'a.strata')
    const dataUri = 'data:image/png;base64,AAAA'
    const codec = async () => ({ ...fakeCodec, preview: async () => dataUri })
    const { json } = await strata(['info', path, '--json'], { codec })
    expect(json().placeholder).toEqual({ steps: 3, base64: 'A'.repeat(64), dataUri })
    expect((await strata(['info', path], { codec })).out).toContain('placeholder 3 steps')
  })
})
