import { describe, expect, it } from 'vitest'
import { linearTicks, logTicks, renderChart } from '../../src/bench/chart.ts'

describe('ticks', () => {
  it.each([
    [
      [12, 300],
      [10, 20, 50, 100, 200, 500],
    ],
    [
      [1, 10],
      [1, 2, 5, 10],
    ],
    [[50], [50, 100]],
    [
      [0.03, 0.04],
      [0.02, 0.05],
    ],
    [[], [1, 10]],
  ])('of a logarithmic axis over %j are %j', (values, ticks) => expect(logTicks(values)).toEqual(ticks))

  it.each([
    [
      [27.3, 41.9],
      [25, 30, 35, 40, 45],
    ],
    [
      [30.1, 30.4],
      [30.1, 30.15, 30.2, 30.25, 30.3, 30.35, 30.4],
    ],
    [
      [-3, 3],
      [-3, -2, -1, 0, 1, 2, 3],
    ],
    [[], [0, 1]],
  ])('of a linear axis over %j are %j', (values, ticks) => expect(linearTicks(values)).toEqual(ticks))

  it('are at least two for a single value', () => expect(linearTicks([30]).length).toBeGreaterThan(1))
})

describe('renderChart', () => {
  const svg = renderChart({
    title: 'A < B',
    xLabel: 'kB',
    yLabel: 'dB',
    series: [
      {
        name: 'ours',
        points: [
          { x: 100, y: 40 },
          { x: 10, y: 30 },
        ],
      },
      { name: 'empty', points: [] },
      { name: 'R&D', points: [{ x: 50, y: 35 }] },
    ],
  })

  it('draws each series with points from left to right, within the frame', () => {
    const lines = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points!)
    expect(lines).toHaveLength(2)
    const [start, end] = lines[0]!.split(' ').map((pair) => pair.split(',').map(Number))
    expect(start![0]).toBeLessThan(end![0]!)
    expect(start![1]).toBeGreaterThan(end![1]!) // more decibels lie higher
    for (const value of [...start!, ...end!]) expect(value).toBeGreaterThan(0)
    expect(svg.match(/<circle /g)).toHaveLength(3)
    expect(svg).not.toContain('NaN')
  })

  it('is well-formed whatever the names', () => {
    expect(svg).toContain('A &#60; B')
    expect(svg).toContain('R&#38;D')
    expect(svg).not.toContain('empty')
    expect(renderChart({ title: '', xLabel: '', yLabel: '', series: [] })).not.toMatch(
      /NaN|undefined|Infinity/,
    )
  })
})
