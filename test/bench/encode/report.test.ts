import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ENCODE_PARTS, type EncodeRow } from '../../../src/bench/encode/measure.ts'
import { formatEncode, summarizeEncode } from '../../../src/bench/encode/report.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { folder, strata } from '../../cli/harness.ts'
import { plainPng } from '../../origin/fixtures.ts'

const root = new URL('../../../', import.meta.url)
const canEncode = ['models/weights/manifest.json', 'build/kernels.wasm'].every((path) =>
  existsSync(new URL(path, root)),
)

const row = (image: string, cpuMs: number, verify: number): EncodeRow => ({
  ...{ image, width: 1000, height: 500, cpuMs, avifMs: 1500, bytes: { strata: 10, avif: 20 } },
  parts: {
    ...{ placeholder: 10, resize: 0, analysis: 100, coding: 50, synthesis: 40, verify },
    rest: cpuMs - verify - 200,
  },
})

describe('the report of bench encode', () => {
  it('gives CPU seconds per megapixel of all pictures with the start, and of all but the first without it', () => {
    const report = summarizeEncode([row('a', 1500, 200), row('b', 500, 100), row('c', 700, 100)], 0.25)
    expect(report.cold).toMatchObject({ pictures: 3, megapixels: 1.5, strata: 1.967, avif: 3 })
    expect(report.cold.parts).toMatchObject({ analysis: 0.2, verify: 0.267, rest: 1.3 })
    expect(report.warm).toMatchObject({ pictures: 2, megapixels: 1, strata: 1.2, avif: 3 })
    expect(report.warm?.parts).toMatchObject({ verify: 0.2, rest: 0.6 })
    const [head, cold, warm] = formatEncode(report).split('\n')
    expect(head).toMatch(/^CPU s \/ megapixel +pictures +strata +placeholder .* rest +avif$/)
    expect(cold).toMatch(/^start \(0\.25 s\) and all +3 +1\.97 .* 3\.00$/)
    expect(warm).toMatch(/^without the first +2 +1\.20 /)
  })

  it('has no warm figure for one picture', () => {
    const report = summarizeEncode([row('a', 1500, 200)], 0.25)
    expect(report.warm).toBeNull()
    expect(formatEncode(report).split('\n')).toHaveLength(2)
  })
})

describe('bench encode', () => {
  it.each([
    [['--quality', '101'], 'quality: expected an integer from 1 to 100'],
    [['--widths', '640,320'], 'widths'],
  ])('refuses %j', async (argv, message) => {
    const dir = await folder({ 'a.png': await plainPng(64, 48) })
    const { code, err } = await strata(['bench', 'encode', '--images', dir, ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('fails without pictures', async () => {
    const { code, err } = await strata(['bench', 'encode', '--images', await folder()])
    expect([code, err]).toEqual([1, expect.stringMatching(/expected pictures \(.*\), found none/)])
  })

  it.skipIf(!canEncode)('times every part of the real encoder, which add up', async () => {
    const dir = await folder({
      'a.png': await plainPng(96, 64),
      'b.png': await plainPng(80, 64, '#405060'),
    })
    const argv = ['bench', 'encode', '--images', join(dir, '.'), '--widths', '40,80', '--json']
    const { code, json, err } = await strata(argv, { codec: async () => loadCodec() })
    expect([code, err]).toEqual([0, ''])
    const { rows, warm } = json()
    expect(rows.map(({ image, width }: EncodeRow) => [image, width])).toEqual([
      ['a', 96],
      ['b', 80],
    ])
    for (const { parts, cpuMs, avifMs, bytes } of rows as EncodeRow[]) {
      const sum = ENCODE_PARTS.reduce((total, part) => total + parts[part], 0)
      expect(sum).toBeCloseTo(cpuMs, 0)
      for (const part of ['placeholder', 'analysis', 'coding', 'synthesis', 'verify'] as const)
        expect(parts[part]).toBeGreaterThan(0)
      expect(avifMs).toBeGreaterThan(0)
      expect(Math.min(bytes.strata, bytes.avif)).toBeGreaterThan(0)
    }
    expect(warm.pictures).toBe(1)
  })
})
