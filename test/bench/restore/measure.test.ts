import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { formatRestore } from '../../../src/bench/restore/measure.ts'
import { folder, strata } from '../../cli/harness.ts'
import { photo } from '../../pictures.ts'

const root = new URL('../../../', import.meta.url)
const canRun = existsSync(new URL('node_modules/@jsquash/avif', root))

describe('formatRestore', () => {
  it('is a table', () => {
    const row = {
      ...{ method: 'irn' as const, factor: 2, width: 640, height: 427, samples: 3, ratio: 0.5 },
      ...{ cpuMs: { strata: 50, avif: 100 }, bytes: { strata: 20_000, avif: 10_000 } },
    } as const
    expect(formatRestore([row]).split('\n')[1]).toMatch(
      /^irn 2x, 640x427 +50\.0 +100\.0 +0\.50 +20\.0 +10\.0$/,
    )
  })
})

describe('bench restore', () => {
  it('refuses a width that cannot be', async () => {
    const { code, err } = await strata(['bench', 'restore', '--width', '7'])
    expect([code, err]).toEqual([2, expect.stringContaining('--width: expected an integer from 8 to 4096')])
  })

  it.skipIf(!canRun)('times every method and factor', async () => {
    const { width, height, data } = photo(96, 64)
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer()
    const dir = await folder({ 'a.png': new Uint8Array(png) })
    const argv = ['bench', 'restore', '--picture', join(dir, 'a.png'), '--width', '96', '--samples', '1']
    const { code, json, err } = await strata([...argv, '--json'])
    expect([code, err]).toEqual([0, ''])
    expect(json().map(({ method, factor }: { method: string; factor: number }) => [method, factor])).toEqual([
      ['hyperthumbnail', 2],
      ['hyperthumbnail', 4],
      ['irn', 2],
      ['irn', 4],
    ])
    for (const { cpuMs, bytes, ...row } of json()) {
      expect(row).toMatchObject({ width: 96, height: 64, samples: 1 })
      for (const value of [...Object.values(cpuMs), ...Object.values(bytes), row.ratio]) {
        expect(value).toBeGreaterThan(0)
      }
    }
  })
})
