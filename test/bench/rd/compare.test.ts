import { describe, expect, it } from 'vitest'
import {
  type Comparison,
  compare,
  meanOfPrefixes,
  priceOfScalability,
} from '../../../src/bench/rd/compare.ts'
import { renderMarkdown, renderPlots } from '../../../src/bench/rd/files.ts'
import { formatReport, summarize } from '../../../src/bench/rd/report.ts'
import type { RdRow } from '../../../src/bench/rd/rows.ts'

/** Two qualities of an image with `levels` levels; each level costs `bytes` more than the one below. */
function rows(codec: string, image: string, levels: number, bytes: number): RdRow[] {
  return [1, 2].flatMap((quality) =>
    Array.from({ length: levels }, (_, i) => {
      const alone = bytes * quality * (i + 1)
      const prefix = (bytes * quality * (i + 1) * (i + 2)) / 2
      const size = { width: 100 * (i + 1), height: 50 * (i + 1) }
      const paid = codec === 'strata' ? prefix : alone
      const scores = { psnr: 30 + 4 * quality, ssimulacra2: 45 + 15 * quality }
      return { set: 's', image, codec, quality, level: i + 1, ...size, bytes: paid, ...scores }
    }),
  )
}

describe('compare', () => {
  const own = rows('strata', 'a', 3, 100)
  const { ladder, largest, levels } = compare(own, [
    ...rows('webp', 'a', 3, 200),
    ...rows('avif420', 'a', 2, 50),
    ...rows('jpeg', 'other', 3, 1),
  ])
  const rates = (rivals: typeof ladder.rivals) =>
    rivals.map(({ codec, bdRate }) => [codec, bdRate === null ? null : Math.round(bdRate)])

  it('compares the whole file with ladders of equal height, over the same images', () => {
    expect(rates(ladder.rivals)).toEqual([['webp', -50]])
    expect(ladder.own.map(({ rate }) => rate)).toEqual([600, 1200])
    expect(ladder.rivals[0]!.points.map(({ rate }) => rate)).toEqual([1200, 2400])
  })

  it('compares the whole file with its largest size alone', () => {
    expect(rates(largest.rivals)).toEqual([['webp', 0]])
  })

  it('compares each prefix with that size alone', () => {
    expect(levels.map(({ rivals }) => rates(rivals))).toEqual([
      [
        ['webp', -50],
        ['avif420', 100],
      ],
      [
        ['webp', -25],
        ['avif420', 200],
      ],
      [['webp', 0]],
    ])
    expect(levels[1]!.title).toContain('level 2 (200 wide)')
  })

  it('counts the top of each image, and only images that both have', () => {
    const mixed = compare(
      [...own, ...rows('strata', 'b', 1, 1000)],
      [...rows('webp', 'a', 3, 200), ...rows('webp', 'c', 3, 1)],
    )
    expect(mixed.ladder.own.map(({ rate }) => rate)).toEqual([800, 1600])
    expect(rates(mixed.ladder.rivals)).toEqual([['webp', -50]])
    expect(mixed.levels[0]!.title).toContain('(100 wide)')
  })

  it('has no figure when curves do not overlap, and no rival without anchors', () => {
    const better = rows('webp', 'a', 3, 1).map((row) => ({ ...row, psnr: row.psnr + 50 }))
    expect(rates(compare(own, better).ladder.rivals)).toEqual([['webp', null]])
    expect(compare(own, []).ladder).toMatchObject({ rivals: [], own: expect.any(Array) })
  })

  it('compares prefixes with ladders up to them', () => {
    const { ladders } = compare(own, rows('webp', 'a', 3, 200))
    expect(ladders.map(({ name, rivals }) => [name, rates(rivals)])).toEqual([
      ['ladder-1', [['webp', -50]]],
      ['ladder-2', [['webp', -50]]],
      ['ladder-3', [['webp', -50]]],
    ])
    expect(ladders[1]!.rivals[0]!.points.map(({ rate }) => rate)).toEqual([600, 1200])
  })

  it('computes the price of scalability from our own files of one layer', () => {
    const compared = compare([...own, ...rows('strata-single', 'a', 3, 150)], [])
    expect(priceOfScalability(compared)).toBeCloseTo(100 * (600 / 450 - 1), 9)
    expect(rates(compared.levels[0]!.rivals)).toEqual([['strata-single', -33]])
    expect(compared.ladder.own).toEqual(compare(own, []).ladder.own)
    expect(priceOfScalability(compare(own, []))).toBeNull()
  })
})

describe('compare by SSIMULACRA2', () => {
  const own = rows('strata', 'a', 3, 100)
  const rates = ({ rivals }: Comparison) =>
    rivals.map(({ codec, bdRate }) => [codec, bdRate === null ? null : Math.round(bdRate)])

  it('sums, over the sizes, the files with the score of our prefix', () => {
    // Theirs of the smallest two sizes look better: what is as good takes fewer bytes than the file of the same setting.
    const theirs = rows('webp', 'a', 3, 200).map((row) => {
      return row.level === 3 ? row : { ...row, ssimulacra2: row.ssimulacra2! + 7.5 }
    })
    const doubled = [...theirs, ...theirs.map(halved)]
    const { ladder, ladders, largest } = compare(own, doubled, 'ssimulacra2')
    const half = 2 ** -0.5
    expect(ladder.rivals[0]!.points.map(({ quality }) => quality)).toEqual([60, 75])
    expect(ladder.rivals[0]!.points[0]!.rate).toBeCloseTo(200 * half + 400 * half + 600, 6)
    expect(ladder.rivals[0]!.points[1]!.rate).toBeCloseTo(2 * (200 * half + 400 * half + 600), 6)
    expect(rates(ladders[1]!)).toEqual([['webp', Math.round(100 * (300 / (600 * half) - 1))]])
    expect(rates(largest)).toEqual([['webp', 0]])
    expect(ladder.title).toBe('whole file against a ladder of files, as good at each size')
  })

  it('ignores scores that a rival does not reach, and rows without a score', () => {
    const low = rows('webp', 'a', 3, 200).map((row) => (row.level === 1 ? halved(row) : row))
    expect(rates(compare(own, low, 'ssimulacra2').ladder)).toEqual([['webp', null]])
    const unknown = rows('jpeg', 'a', 3, 200).map((row) => ({ ...row, ssimulacra2: null }))
    expect(rates(compare(own, unknown, 'ssimulacra2').ladder)).toEqual([])
    expect(rates(compare(own, unknown).ladder)).toEqual([['jpeg', -50]])
  })

  it('counts only from 50 to 85', () => {
    // Equal up to 75; then ours takes twice the bytes, beyond the range.
    const add = (all: RdRow[], bytes: number) => [
      ...all,
      ...only(all, 2).map((row) => ({ ...row, quality: 3, bytes: 2 * row.bytes, ssimulacra2: 85 })),
      ...only(all, 2).map((row) => ({ ...row, quality: 4, bytes: bytes * row.bytes, ssimulacra2: 95 })),
    ]
    const { levels } = compare(add(own, 1000), add(rows('webp', 'a', 3, 100), 4), 'ssimulacra2')
    expect(rates(levels[0]!)[0]![1]).toBeLessThan(10)
    const { levels: whole } = compare(
      add(own, 1000).map((row) => ({ ...row, psnr: row.ssimulacra2! })),
      add(rows('webp', 'a', 3, 100), 4).map((row) => ({ ...row, psnr: row.ssimulacra2! })),
    )
    expect(rates(whole[0]!)[0]![1]).toBeGreaterThan(30)
  })

  it('has the mean of the prefixes', () => {
    const compared = compare(own, rows('webp', 'a', 3, 200), 'ssimulacra2')
    const { webp } = meanOfPrefixes(compared)
    expect(webp).toBeCloseTo((-50 - 25 + 0) / 3, 6)
    expect(meanOfPrefixes(compare(own, []))).toEqual({})
  })

  function only(all: readonly RdRow[], quality: number): RdRow[] {
    return all.filter((row) => row.quality === quality)
  }

  /** A worse file of half the bytes. */
  function halved(row: RdRow): RdRow {
    return { ...row, quality: row.quality / 10, bytes: row.bytes / 2, ssimulacra2: row.ssimulacra2! - 15 }
  }
})

describe('compare with a stream', () => {
  /** Prefixes of 75, 150 and 300 columns. */
  const stream = (bytes: number) => {
    return rows('j2k_scal', 'a', 3, bytes).map((row) => {
      const width = 75 * 2 ** (row.level - 1)
      return { ...row, width, height: width / 2, bytes: bytes * row.quality * row.level }
    })
  }

  it('compares equal sizes, at the level of the stream', () => {
    const { stream: compared, ladder } = compare(rows('strata', 'a', 3, 100), stream(400))
    expect(compared.map(({ name, rivals }) => [name, rivals.map(({ codec }) => codec)])).toEqual([
      ['stream-3', ['j2k_scal']],
    ])
    expect(compared[0]!.rivals[0]!.bdRate).toBeCloseTo(100 * (600 / 1200 - 1), 9)
    expect(compared[0]!.title).toContain('300 wide')
    expect(ladder.rivals).toEqual([]) // a stream is no ladder
  })

  it('prefers a file of just its sizes', () => {
    const dyadic = stream(100).map((row) => ({ ...row, codec: 'strata-dyadic' }))
    const compared = compare([...rows('strata', 'a', 3, 1), ...dyadic], stream(400))
    expect(compared.stream.map(({ name }) => name)).toEqual(['stream-1', 'stream-2', 'stream-3'])
    for (const { rivals } of compared.stream) expect(rivals[0]!.bdRate).toBeCloseTo(-75, 9)
    expect(compared.ladder.own.map(({ rate }) => rate)).toEqual([6, 12])
  })
})

describe('tables and plots', () => {
  const stream = rows('j2k_scal', 'a', 3, 600).map((row) => ({ ...row, bytes: row.bytes * 2 }))
  const measured = [...rows('strata', 'a', 3, 100), ...rows('strata-single', 'a', 3, 100)]
  const comparisons = compare(measured, [...rows('webp', 'a', 3, 200), ...stream])
  const report = summarize(measured, [comparisons])

  it('hold every comparison once', () => {
    const tables = renderMarkdown('kodak|x', report.levels, [comparisons]).split('\n\n')
    expect(tables[0]).toContain('kodak\\|x')
    expect(tables[1]!.split('\n').slice(2)).toEqual([
      '| 1 | 100 | 60.00 | 34.00 | 300 | 60.00 | 34.00 | 600 | 60.00 | 34.00 |',
      '| 2 | 200 | 75.00 | 38.00 | 600 | 75.00 | 38.00 | 1200 | 75.00 | 38.00 |',
    ])
    expect(tables[3]!.split('\n')).toEqual([
      '|  | webp | strata-single |',
      '|---|---:|---:|',
      '| whole file against a ladder of files | −50.0 | +0.0 |',
      '| whole file against its largest size alone | +0.0 | +100.0 |',
      '| prefix up to level 2 (200 wide) against a ladder up to it | −50.0 | +0.0 |',
      '| prefix up to level 1 (100 wide) against that size alone | −50.0 | +0.0 |',
      '| prefix up to level 2 (200 wide) against that size alone | −25.0 | +50.0 |',
      '| prefix up to level 3 (300 wide) against that size alone | +0.0 | +100.0 |',
      '| prefixes against their sizes alone, mean | −25.0 | +50.0 |',
    ])
    expect(tables[4]!.split('\n')[0]).toBe('|  | j2k_scal |')
    expect(tables[5]).toBe('Price of scalability, over the top layer alone: +100.0 %.\n')
  })

  it('are drawn', () => {
    const plots = renderPlots(comparisons)
    expect([...plots.keys()]).toEqual([
      'psnr-whole.svg',
      'psnr-ladder-2.svg',
      'psnr-level-1.svg',
      'psnr-level-2.svg',
      'psnr-level-3.svg',
      'psnr-stream-1.svg',
      'psnr-stream-2.svg',
      'psnr-stream-3.svg',
    ])
    expect(plots.get('psnr-level-1.svg')).toContain('webp (−50.0 %)')
    expect(plots.get('psnr-level-1.svg')!.match(/<polyline /g)).toHaveLength(3)
  })

  it('are printed', () => {
    expect(report.metrics[0]!.priceOfScalability).toBeCloseTo(100, 9)
    expect(report.metrics[0]!.comparisons.map(({ name }) => name)).toContain('stream-2')
    const lines = formatReport(report).split('\n')
    expect(lines).toContain('whole file against a ladder of files: webp −50.0, strata-single +0.0')
    expect(lines.at(-1)).toBe('price of scalability, over the top layer alone: +100.0 %')
  })
})
