import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/bench/plain/measure.ts'
import { describeRow, formatPlain, reportPlain } from '../../../src/bench/plain/report.ts'
import type { MeasuredRow } from '../../../src/bench/plain/run.ts'

const curve = (bytes: number | null) => ({ bytes, best: bytes === null ? 66.04 : 72, points: [] })
const answer = (bytes: number | null, rest: Partial<Answer> = {}): Answer => ({
  ...curve(bytes),
  ...{ sent: 'avif', isExact: true },
  ...rest,
})

function row(
  image: string,
  avif: number | null,
  avif4: number,
  rest: Partial<MeasuredRow> = {},
): MeasuredRow {
  return {
    ...{ image, width: 640, height: 480, layer: 2, scale: 2 },
    ours: { avif: answer(avif), webp: answer(3000, { sent: 'webp' }), jpeg: answer(4000, { sent: 'jpeg' }) },
    peers: { mozjpeg: curve(2000), webp: curve(1500), 'avif-4': curve(avif4), 'avif-0': curve(1200) },
    cpuMs: { ours: 60, peer: 40 },
    memory: { peak: 50e6, wasm: 30e6 },
    ...rest,
  }
}

describe('the report', () => {
  const rows = [
    row('a', 2000, 1000),
    row('b', 8000, 1000, { cpuMs: { ours: 90, peer: 30 }, memory: { peak: 80e6, wasm: 40e6 } }),
  ]

  it('gives means of bytes, geometric means of ratios, medians of times and the most memory', () => {
    const [summary] = reportPlain(rows, 70).widths
    expect(summary).toMatchObject({
      ...{ width: 640, pictures: 2, isExact: true, scale: 2 },
      bytes: { ours: { avif: 5000, webp: 3000, jpeg: 4000 }, peers: { mozjpeg: 2000, 'avif-4': 1000 } },
      ratios: {
        'avif/avif-4': { mean: 4, worst: 8, pictures: 2 },
        'webp/webp': { mean: 2, worst: 2, pictures: 2 },
        'jpeg/mozjpeg': { mean: 2, worst: 2, pictures: 2 },
      },
      cpuMs: { ours: 75, peer: 35, ratio: 2.25 },
      memoryMb: 80,
    })
  })

  it('excludes pictures that do not reach the score from a ratio, and names them', () => {
    const report = reportPlain([rows[0]!, row('b', null, 1000)], 70)
    expect(report.widths[0]?.ratios['avif/avif-4']).toEqual({ mean: 2, worst: 2, pictures: 1 })
    expect(report.widths[0]?.bytes.ours.avif).toBe(2000)
    expect(report.unreached).toEqual([{ image: 'b', width: 640, curve: 'ours avif', best: 66 }])
    const text = formatPlain(report)
    expect(text).toContain('2.00 (2.00) of 1')
    expect(text).toContain('b 640: ours avif ends at SS2 66')
  })

  it('has no ratio when no picture reaches the score, and no time when none was measured', () => {
    const report = reportPlain([row('a', null, 1000, { cpuMs: null })], 70)
    expect(report.widths[0]?.ratios['avif/avif-4']).toEqual({ mean: null, worst: null, pictures: 0 })
    expect(report.widths[0]?.cpuMs).toBeNull()
    expect(formatPlain(report)).not.toContain('NaN')
  })

  it('has a line for each width, and marks wrong widths and formats', () => {
    const wide = row('a', 2000, 1000, { width: 1280 })
    const other = {
      ...wide,
      ours: { ...wide.ours, avif: answer(2000, { sent: 'webp', isExact: false }) },
    }
    const report = reportPlain([other, ...rows], 70)
    expect(report.widths.map(({ width, isExact }) => [width, isExact])).toEqual([
      [640, true],
      [1280, false],
    ])
    expect(report.otherFormats).toEqual([{ image: 'a', width: 1280, sent: 'webp' }])
    const text = formatPlain(report)
    expect(text).toMatch(/^1280 \(not met\) +1 +2 x +2\.0 +3\.0 +4\.0 +2\.0 +1\.5 +1\.0 +1\.2$/m)
    expect(text).toMatch(/^640 +75 +35 +2\.25 +80$/m)
    expect(text).toContain('a 1280: sent as webp')
  })

  it('formats one row as a line while others are measured', () => {
    expect(describeRow(row('a', null, 1000))).toBe(
      'a 640: ours avif -, ours webp 3.0, ours jpeg 4.0, mozjpeg 2.0, webp 1.5, avif-4 1.0, avif-0 1.2 kB, CPU 60 of 40 ms',
    )
    expect(describeRow(row('a', 500, 1000, { cpuMs: null }))).not.toContain('CPU')
  })
})
