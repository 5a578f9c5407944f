import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchWidths, dyadicWidths } from '../../../src/bench/levels.ts'
import { curveAt, type RdRow, readAnchors } from '../../../src/bench/rd/rows.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { psnr } from '../../../src/pixels/judge.ts'
import { fakeCodec, folder, strata } from '../../cli/harness.ts'
import { plainPng } from '../../origin/fixtures.ts'

describe('benchWidths', () => {
  it.each([
    [768, 512, [256, 512, 768]],
    [512, 768, [171, 341, 512]],
    [1599, 1000, [533, 1066, 1599]],
    [1600, 1000, [640, 1280, 1600]],
    [3840, 2560, [640, 1280, 1920, 3840]],
    [5000, 3000, [640, 1280, 1920, 3840, 5000]],
    [1920, 1080, [640, 1280, 1920]],
    [600, 2000, [600]],
    [1, 1, [1]],
  ])('of %i x %i are %j', (width, height, widths) => expect(benchWidths(width, height)).toEqual(widths))
})

describe('dyadicWidths', () => {
  it.each([
    [768, [192, 384, 768]],
    [5, [1, 3, 5]],
    [1, [1]],
  ])('of %i are %j', (width, widths) => expect(dyadicWidths(width)).toEqual(widths))
})

describe('readAnchors', () => {
  const row = { set: 's', image: 'a', quality: 5, width: 9, height: 9, bytes: 1 }

  it('numbers the prefixes of a stream and takes their aligned PSNR', async () => {
    const rows = [
      { ...row, codec: 'j2k_scal', level: '1/4', psnr: 20, psnr_aligned: 30 },
      { ...row, codec: 'j2k_scal', level: '1/1', psnr: 31 },
      { ...row, codec: 'j2k_ind', level: '1/2', psnr: 20 },
      { ...row, codec: 'webp', level: 2, psnr: 32, ssimulacra2: 70 },
    ]
    const dir = await folder({ 'anchors.json': JSON.stringify(rows) })
    expect(await readAnchors(join(dir, 'anchors.json'))).toEqual([
      { ...row, codec: 'j2k_scal', level: 1, psnr: 30, ssimulacra2: null },
      { ...row, codec: 'j2k_scal', level: 3, psnr: 31, ssimulacra2: null },
      { ...row, codec: 'webp', level: 2, psnr: 32, ssimulacra2: 70 },
    ])
  })

  it.each(['{', '{"rows":[]}'])('refuses %j', async (text) => {
    const dir = await folder({ 'anchors.json': text })
    await expect(readAnchors(join(dir, 'anchors.json'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })
})

describe('psnr', () => {
  const image = (...data: number[]) => ({ width: data.length / 3, height: 1, data: Uint8Array.from(data) })

  it('is that of the mean square over all channels', () => {
    expect(psnr(image(0, 0, 0), image(255, 255, 255))).toBe(0)
    expect(psnr(image(10, 10, 10, 10, 10, 10), image(10, 12, 10, 10, 10, 10))).toBeCloseTo(
      10 * Math.log10(65025 / (4 / 6)),
      12,
    )
    expect(psnr(image(1, 2, 3), image(1, 2, 3))).toBe(100)
    expect(() => psnr(image(1, 2, 3), image(1, 2, 3, 4, 5, 6))).toThrow('pictures of one size')
  })
})

describe('curveAt', () => {
  const row = (codec: string, image: string, level: number, bytes: number, psnr: number): RdRow => {
    return { set: 's', image, codec, quality: 5, level, width: 1, height: 1, bytes, psnr, ssimulacra2: null }
  }

  it('adds up the files of a ladder but not the prefixes of a layered file', () => {
    const rows = ['jpeg', 'strata'].flatMap((codec) => [
      row(codec, 'a', 1, 100, 30),
      row(codec, 'a', 2, 400, 32),
      row(codec, 'b', 1, 200, 34),
      row(codec, 'b', 2, 600, 36),
    ])
    expect(curveAt(rows, 'jpeg', 2)).toEqual([{ rate: 650, quality: 34 }])
    expect(curveAt(rows, 'strata', 2)).toEqual([{ rate: 500, quality: 34 }])
    expect(curveAt(rows, 'jpeg', 1)).toEqual([{ rate: 150, quality: 32 }])
    expect(curveAt(rows, 'jpeg', 3)).toEqual([])
  })

  it('counts only images that have the level', () => {
    const rows = [row('jpeg', 'a', 1, 100, 30), row('jpeg', 'b', 1, 200, 30), row('jpeg', 'b', 2, 300, 31)]
    expect(curveAt(rows, 'jpeg', 2)).toEqual([{ rate: 500, quality: 31 }])
  })
})

describe('bench rd', () => {
  it('encodes once for each quality and decodes each prefix with the WASM runtime', async () => {
    const dir = await folder({
      'a.png': await plainPng(90, 60, '#808080'),
      'b.png': await plainPng(30, 60, '#888888'),
      'notes.txt': 'x',
    })
    const out = join(dir, 'rd.json')
    const anchors = join(dir, 'anchors.json')
    const calls = { encode: 0, decode: 0 }
    const codec: typeof fakeCodec = {
      ...fakeCodec,
      async encode() {
        throw new Error('verifying would decode twice')
      },
      encodeUnverified(image, request) {
        calls.encode++
        return fakeCodec.encode(image, request)
      },
      decode(bytes, options) {
        calls.decode++
        const { layers } = readHeader(bytes)
        expect(options.runtime).toBe('wasm')
        expect(bytes.length).toBe(layers[options.layer]!.end) // a prefix and nothing more
        return fakeCodec.decode(bytes, options)
      },
    }
    const anchor = { set: 'mine', image: 'a', codec: 'webp', width: 1, height: 1, level: 1 }
    await writeFile(
      anchors,
      JSON.stringify([1, 2].map((quality) => ({ ...anchor, quality, bytes: quality, psnr: 90 + quality }))),
    )
    const argv = [
      'bench',
      'rd',
      '--images',
      dir,
      '--out',
      out,
      '--set',
      'mine',
      '--qualities',
      '10,40',
      '--anchors',
      anchors,
    ]
    const { code, json } = await strata([...argv, '--json'], { codec: async () => codec })
    expect(code).toBe(0)
    expect(calls).toEqual({ encode: 4, decode: 12 })
    const rows: RdRow[] = JSON.parse(await readFile(out, 'utf8'))
    expect(rows).toHaveLength(12)
    expect(rows[0]).toEqual({
      set: 'mine',
      image: 'a',
      codec: 'strata',
      quality: 10,
      level: 1,
      width: 30,
      height: 20,
      bytes: expect.any(Number),
      psnr: 100,
      ssimulacra2: 100,
    })
    expect(rows.at(-1)).toMatchObject({
      image: 'b',
      quality: 40,
      level: 3,
      width: 30,
      height: 60,
      psnr: Number(psnrOf(8).toFixed(4)),
    })
    expect(json().levels).toHaveLength(3)
    expect(json().levels[0].points[0]).toMatchObject({ quality: 10, ssimulacra2: expect.any(Number) })
    const [seen, near] = json().metrics
    expect([seen.metric, near.metric]).toEqual(['ssimulacra2', 'psnr'])
    // These anchors have no SSIMULACRA2.
    expect(seen.comparisons[0].bdRate).toEqual({})
    expect(near.comparisons.find(({ name }: { name: string }) => name === 'level-1').bdRate).toEqual({
      webp: null,
    })
    const table = await strata(argv, { codec: async () => codec })
    expect(table.out).toMatch(/^level {2}quality {2}mean bytes {5}SS2 {2}mean dB\n {4}1 {7}10/)
    expect(table.out).toContain('BD-rate by PSNR')
    const only = await strata([...argv, '--metric', 'ss2', '--json'], { codec: async () => codec })
    expect(only.json().metrics.map(({ metric }: { metric: string }) => metric)).toEqual(['ssimulacra2'])
    expect((await strata([...argv, '--metric', 'ssim'])).code).toBe(2)
  })

  it('draws the curves and writes the table', async () => {
    const dir = await folder({ 'a.png': await plainPng(90, 60, '#808080') })
    const [plots, markdown] = [join(dir, 'deep', 'plots'), join(dir, 'rd.md')]
    const argv = ['bench', 'rd', '--images', dir, '--out', join(dir, 'rd.json'), '--qualities', '10,40']
    const { code } = await strata([...argv, '--set', 'mine', '--plot', plots, '--markdown', markdown])
    expect(code).toBe(0)
    expect((await readdir(plots)).sort()).toEqual(
      ['psnr', 'ss2'].flatMap((metric) =>
        ['ladder-2', 'level-1', 'level-2', 'level-3', 'whole'].map((name) => `${metric}-${name}.svg`),
      ),
    )
    expect(await readFile(join(plots, 'ss2-whole.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
    expect(await readFile(markdown, 'utf8')).toContain('Strata on mine')
  })

  it('encodes each level alone and in other sizes when asked', async () => {
    const dir = await folder({ 'a.png': await plainPng(90, 60, '#808080') })
    const out = join(dir, 'rd.json')
    const argv = ['bench', 'rd', '--images', dir, '--out', out, '--qualities', '10,40', '--set', 'mine']
    const sources: number[][] = []
    const codec: typeof fakeCodec = {
      ...fakeCodec,
      encodeUnverified(image, request) {
        sources.push([image.width, ...request.ladder.map(({ width }) => width)])
        return fakeCodec.encode(image, request)
      },
    }
    const io = { codec: async () => codec }
    const { code, json } = await strata([...argv, '--also', 'single, dyadic', '--json'], io)
    expect(code).toBe(0)
    const once = [
      [90, 30, 60, 90],
      [90, 23, 45, 90],
      [30, 30],
      [60, 60],
      [90, 90],
    ]
    expect(sources).toEqual([...once, ...once])
    const rows: RdRow[] = JSON.parse(await readFile(out, 'utf8'))
    const summary = rows
      .filter(({ quality }) => quality === 40)
      .map((row) => [row.codec, row.level, row.width])
    expect(summary).toEqual([
      ['strata', 1, 30],
      ['strata', 2, 60],
      ['strata', 3, 90],
      ['strata-dyadic', 1, 23],
      ['strata-dyadic', 2, 45],
      ['strata-dyadic', 3, 90],
      ['strata-single', 1, 30],
      ['strata-single', 2, 60],
      ['strata-single', 3, 90],
    ])
    expect(new Set(rows.map((row) => Object.keys(row).join()))).toEqual(
      new Set([Object.keys(rows[0]!).join()]),
    )
    expect(json().levels).toHaveLength(3)
    const wrong = await strata([...argv, '--also', 'double'])
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining('--also: expected a list of single, dyadic'),
    })
  })

  it('fails when there is nothing to measure', async () => {
    const dir = await folder({ 'notes.txt': 'x' })
    const { code, err } = await strata(['bench', 'rd', '--images', dir, '--out', join(dir, 'x')])
    expect([code, err]).toEqual([1, expect.stringMatching(/expected pictures \(.*\), found none/)])
  })
})

/** PSNR of a constant difference. */
function psnrOf(difference: number): number {
  return 20 * Math.log10(255 / difference)
}
