import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { makeSheet, SHEET_MEASURES, type SheetMeasure } from '../../../src/bench/sheet/sheet.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { fakeCodec, folder, strata } from '../../cli/harness.ts'
import { photo } from '../../pictures.ts'

describe('makeSheet', () => {
  it('writes the given figures above each codec', async () => {
    const path = join(await folder({ 'a.png': await png(48, 32) }), 'a.png')
    const pairs: string[] = []
    const even = {
      name: 'even',
      measure(reference: RgbImage, distorted: RgbImage) {
        pairs.push(`${reference.width} ${distorted.width}`)
        return 7.25
      },
      format: (value: number) => `EVEN ${value}`,
    }
    const make = (measures: readonly SheetMeasure[]) =>
      makeSheet([path], { quality: 40, codec: fakeCodec, measures })
    const [both, one] = [await make([...SHEET_MEASURES, even]), await make(SHEET_MEASURES)]
    expect(pairs).toEqual(Array(4).fill('48 48'))
    for (const [i, { figures }] of both.pictures[0]!.files.entries()) {
      const { psnr, ssimulacra2 } = one.pictures[0]!.files[i]!.figures
      expect([psnr, ssimulacra2]).toEqual([expect.any(Number), expect.any(Number)])
      expect(figures).toEqual({ psnr, ssimulacra2, even: 7.25 })
    }
    // Labels of two lines of 18 px below a heading; the figures are the second, above all columns but the first.
    const changed = new Set<string>()
    for (let i = 0; i < both.image.data.length; i += 3) {
      if (both.image.data[i] === one.image.data[i]) continue
      const [x, y] = [(i / 3) % both.image.width, Math.floor(i / 3 / both.image.width)]
      changed.add(`column ${Math.floor((x - 8) / 328)} line ${Math.floor((y - 34) / 18)}`)
    }
    expect([...changed].sort()).toEqual([1, 2, 3, 4].map((column) => `column ${column} line 1`))
  })
})

describe('bench rd --sheet', () => {
  it('draws ours and the others at equal bytes', { timeout: 120_000 }, async () => {
    const names = ['a', 'b', 'c']
    const files = names.map(async (name, i) => [`${name}.png`, await png(480, 128, i + 1)] as const)
    const dir = await folder(Object.fromEntries(await Promise.all(files)))
    const path = join(await folder(), 'sheet.png')
    const codec = loadCodec()
    const ends: number[] = []
    const io = {
      codec: async () => ({
        ...codec,
        encodeUnverified: async (...args: Parameters<typeof codec.encodeUnverified>) => {
          const file = await codec.encodeUnverified(...args)
          ends.push(readHeader(file).layers.at(-1)!.end)
          return file
        },
      }),
    }
    const argv = ['bench', 'rd', '--images', dir, '--sheet', path, '--sheet-pictures', '2', '--json']
    const { code, json } = await strata([...argv, '--sheet-quality', '70'], io)
    expect(code).toBe(0)
    expect(ends).toHaveLength(2)
    const { sheet } = json()
    expect(Object.keys(json())).toEqual(['sheet'])
    expect(sheet.path).toBe(path)
    expect(sheet.pictures.map(({ image }: { image: string }) => image)).toEqual(['a', 'b'])
    for (const [i, picture] of sheet.pictures.entries()) {
      expect(picture).toMatchObject({ width: 480, height: 128 })
      const [ours, ...rivals] = picture.files
      expect(ours).toMatchObject({ codec: 'strata', quality: 70, bytes: ends[i] })
      expect(rivals.map(({ codec }: { codec: string }) => codec)).toEqual(['avif', 'webp', 'mozjpeg'])
      for (const { bytes, figures } of rivals) {
        expect(bytes / ours.bytes).toBeGreaterThan(0.85)
        expect(bytes / ours.bytes).toBeLessThanOrEqual(1.01)
        expect(figures.psnr).toBeGreaterThan(20)
      }
      expect(picture.crops).toHaveLength(2)
    }
    // The first crop of the original stands below the heading and its label, each pixel twice in both directions.
    const { data, info } = await sharp(await readFile(path))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.format, info.width, info.channels]).toEqual(['raw', 8 + 5 * 328, 3])
    const original = photo(480, 128, 1)
    const { left, top } = sheet.pictures[0].crops[0]
    for (const [x, y] of [
      [0, 0],
      [50, 119],
      [159, 60],
    ] as const) {
      const from = 3 * ((top + y) * 480 + left + x)
      const to = 3 * ((70 + 2 * y + 1) * info.width + 8 + 2 * x + 1)
      expect([...data.subarray(to, to + 3)]).toEqual([...original.data.subarray(from, from + 3)])
    }
  })

  it('also measures with --out, and reports the drawn sheet without it', async () => {
    const dir = await folder({ 'a.png': await png(90, 60) })
    const [out, path] = [join(dir, 'rd.json'), join(await folder(), 'sheet.png')]
    const argv = ['bench', 'rd', '--images', dir, '--sheet', path, '--qualities', '10']
    const alone = await strata(argv)
    expect(alone.code).toBe(0)
    expect(alone.out.trim().split('\n')).toEqual([
      expect.stringMatching(/^a {2}strata {4}q55 +\d+ {2}psnr \d+\.\d\d {2}ssimulacra2 -?\d+\.\d\d$/),
      expect.stringMatching(/^a {2}avif /),
      expect.stringMatching(/^a {2}webp /),
      expect.stringMatching(/^a {2}mozjpeg /),
    ])
    await expect(access(out)).rejects.toThrow()
    const both = await strata([...argv, '--out', out, '--json'])
    expect(both.code).toBe(0)
    expect(both.json()).toMatchObject({ out, rows: 3, sheet: { path } })
    expect(JSON.parse(await readFile(out, 'utf8'))).toHaveLength(3)
  })

  it.each([
    [[], 'expected --out, --sheet or both, got neither'],
    [['--sheet', 'a.jpg'], '--sheet: expected a name that ends in .png, got "a.jpg"'],
    [
      ['--sheet', 'a.png', '--sheet-pictures', '0'],
      '--sheet-pictures: expected an integer from 1 to 60, got "0"',
    ],
    [['--sheet', 'a.png', '--sheet-pictures', '61'], '--sheet-pictures: expected an integer from 1 to 60'],
    [['--sheet', 'a.png', '--sheet-quality', 'best'], '--sheet-quality: expected an integer from 1 to 100'],
    [['--out', 'a.json', '--sheet-quality', '50'], '--sheet-quality: expected --sheet with it'],
    [['--sheet', 'a.png', '--plot', 'dir'], '--plot: expected --out with it, got --sheet alone'],
    [['--sheet', 'a.png', '--also', 'single'], '--also: expected --out with it'],
    [['--sheet', 'a.png', '--markdown', 'a.md'], '--markdown: expected --out with it'],
    [['--sheet', './pictures/a.png'], '--sheet: expected a file outside the folder of pictures'],
    [['--sheet', ''], '--sheet expects a value'],
  ])('ends with 2 for %j', async (argv, message) => {
    const { code, err, out } = await strata(['bench', 'rd', '--images', 'pictures', ...argv])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})

async function png(width: number, height: number, seed = 1): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(photo(width, height, seed).data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
}
