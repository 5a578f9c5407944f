import { describe, expect, it } from 'vitest'
import { compare } from '../../../src/cli/bench/compare.ts'
import { renderMarkdown, renderPlots } from '../../../src/cli/bench/rd-files.ts'
import type { RdRow } from '../../../src/cli/bench/rows.ts'

/** Two qualities of an image with `levels` levels; each level costs `bytes` more than the one below. */
function rows(codec: string, image: string, levels: number, bytes: number): RdRow[] {
  return [1, 2].flatMap((quality) =>
    Array.from({ length: levels }, (_, i) => {
      const alone = bytes * quality * (i + 1)
      const prefix = (bytes * quality * (i + 1) * (i + 2)) / 2
      const size = { width: 100 * (i + 1), height: 50 * (i + 1) }
      const paid = codec === 'strata' ? prefix : alone
      return { set: 's', image, codec, quality, level: i + 1, ...size, bytes: paid, psnr: 30 + 4 * quality }
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

  it('compares the whole file with ladders that are as high, over the same images', () => {
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

  it('has no figure where curves do not overlap, and no rival without anchors', () => {
    const better = rows('webp', 'a', 3, 1).map((row) => ({ ...row, psnr: row.psnr + 50 }))
    expect(rates(compare(own, better).ladder.rivals)).toEqual([['webp', null]])
    expect(compare(own, []).ladder).toMatchObject({ rivals: [], own: expect.any(Array) })
  })

  it('goes into a table and plots', () => {
    const comparisons = { ladder, largest, levels }
    const lines = renderMarkdown('kodak|x', comparisons).split('\n')
    expect(lines[0]).toContain('kodak\\|x')
    expect(lines.slice(2)).toEqual([
      '| | webp | avif420 |',
      '|---|---:|---:|',
      '| whole file against a ladder of files | −50.0 | – |',
      '| whole file against the largest file alone | +0.0 | – |',
      '| prefix up to level 1 against that size alone | −50.0 | +100.0 |',
      '| prefix up to level 2 against that size alone | −25.0 | +200.0 |',
      '| prefix up to level 3 against that size alone | +0.0 | – |',
      '',
    ])
    const plots = renderPlots(comparisons)
    expect([...plots.keys()]).toEqual(['whole.svg', 'level-1.svg', 'level-2.svg', 'level-3.svg'])
    expect(plots.get('level-1.svg')).toContain('avif420 (+100.0 %)')
    expect(plots.get('level-1.svg')!.match(/<polyline /g)).toHaveLength(3)
  })
})
