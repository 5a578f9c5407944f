import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CPU_PARTS } from '../../../src/bench/cpu-clock.ts'
import { samplePicture } from '../../../src/bench/pictures/sample.ts'
import { formatSpeed } from '../../../src/bench/speed/report.ts'
import { chooseWidths } from '../../../src/cli/commands/bench/speed.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { folder, strata } from '../../cli/harness.ts'
import { plainPng } from '../../origin/fixtures.ts'

const root = new URL('../../../', import.meta.url)
const canRun = ['models/weights/manifest.json', 'build/kernels.wasm', 'node_modules/@jsquash/avif'].every(
  (path) => existsSync(new URL(path, root)),
)

describe('chooseWidths', () => {
  it('takes the usual widths that the ladder has, else its last', () => {
    expect(chooseWidths([320, 640, 1280, 1920, 2560])).toEqual([640, 1280, 1920])
    expect(chooseWidths([320, 500])).toEqual([500])
    expect(chooseWidths([320, 500], [500, 320])).toEqual([500, 320])
  })
})

describe('samplePicture', () => {
  it('goes on in mirror images beyond its own size', () => {
    const { width, height, data } = samplePicture(8, 1290)
    expect([width, height, data.length]).toEqual([8, 1290, 3 * 8 * 1290])
    const row = (y: number) => [...data.subarray(24 * y, 24 * (y + 1))]
    expect(row(1280)).toEqual(row(1279))
    expect(row(1284)).toEqual(row(1275))
  })
})

describe('formatSpeed', () => {
  it('is a table of times and one of shares', () => {
    const shares = { entropy: 0.03, networks: 0.6, kernels: 0.05, jpeg: 0.02, other: 0.3 }
    const cpuMs = { strata: 150, onnxruntime: 600, avif: 300, webp: 200 }
    const ratios = { ratio: 0.5, ratioWebp: 0.75, ratioOnnxruntime: 0.25 }
    const lines = formatSpeed([
      { width: 640, height: 427, cpuMs, shares, ...ratios, bytes: cpuMs, samples: 3 },
    ]).split('\n')
    expect(lines[1]).toMatch(/^640x427 +150\.0 +600\.0 +300\.0 +200\.0 +0\.25 +0\.50 +0\.75$/)
    expect(lines.at(-1)).toMatch(/^640x427 +3\.0 +60\.0 +5\.0 +2\.0 +30\.0$/)
  })
})

describe('bench speed', () => {
  it.each([
    [['--widths', '640,x'], '--widths: expected an integer from 1 to 65535, got "x"'],
    [['--samples', '0'], '--samples: expected an integer from 1 to 1000'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await strata(['bench', 'speed', ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('names the ladder when a width is not on it', async () => {
    const dir = await folder({ 'a.png': await plainPng(400, 30) })
    const argv = ['bench', 'speed', '--picture', join(dir, 'a.png'), '--widths', '640']
    const { code, err } = await strata(argv)
    expect([code, err]).toEqual([
      2,
      "strata: --widths: expected widths on the picture's ladder (320, 400), got 640\n",
    ])
  })

  it.skipIf(!canRun)('times all on the same picture', async () => {
    const dir = await folder({ 'a.png': await plainPng(400, 30, '#405060') })
    const argv = ['bench', 'speed', '--picture', join(dir, 'a.png'), '--samples', '1', '--json']
    const { code, json, err } = await strata(argv, { codec: async () => loadCodec() })
    expect([code, err]).toEqual([0, ''])
    const [row] = json()
    expect(row).toMatchObject({ width: 400, height: 30, samples: 1 })
    for (const name of ['strata', 'avif', 'webp']) {
      expect(row.cpuMs[name]).toBeGreaterThan(0)
      expect(row.bytes[name]).toBeGreaterThan(0)
    }
    expect(row.cpuMs.onnxruntime).toBeGreaterThan(0)
    const sum = CPU_PARTS.reduce((total, part) => total + row.shares[part], 0)
    expect(sum).toBeCloseTo(1, 2)
    expect(row.ratio).toBeGreaterThan(0)
    expect(row.ratioWebp).toBeGreaterThan(0)
    expect(row.ratioOnnxruntime).toBeGreaterThan(0)
  })
})
