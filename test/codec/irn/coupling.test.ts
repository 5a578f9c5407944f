import { describe, expect, it } from 'vitest'
import { forwardStages, inverseStages } from '../../../src/codec/irn/coupling.ts'
import { FACTORS } from '../../../src/codec/irn/model.ts'
import type { Stage } from '../../../src/codec/irn/stage.ts'
import { referenceEngine } from '../../../src/network/reference.ts'
import { photo } from '../../pictures.ts'
import { openModel } from './harness.ts'

/** A last stage that collects the output of a chain. */
function collector(): Stage & { readonly rows: Float32Array[] } {
  const rows: Float32Array[] = []
  return { rows, row: (values) => rows.push(values.slice()), end() {} }
}

function rowsOf(width: number, height: number): Float32Array[] {
  const { data } = photo(width, height)
  return Array.from({ length: height }, (_, y) =>
    Float32Array.from(data.subarray(3 * width * y, 3 * width * (y + 1)), (value) => (value - 128) / 64),
  )
}

function run(stage: Stage, rows: readonly Float32Array[]): void {
  for (const row of rows) stage.row(row.slice())
  stage.end()
}

/** Root mean square of the difference, relative to the full range of samples. */
function difference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  expect(a.length).toBe(b.length)
  const squares = a.map((row, y) => row.reduce((sum, value, i) => sum + (value - b[y]![i]!) ** 2, 0))
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / (a.length * a[0]!.length)) / 4
}

describe.each(FACTORS)('the couplings of factor %i', (factor) => {
  const model = openModel(factor)

  it.each([
    [factor, factor],
    [12 * factor, 300],
    [100, 8 * factor],
  ])('restore a picture of %i x %i pixels from z and an unrounded thumbnail', (width, height) => {
    const picture = rowsOf(width, height)
    const [down, up] = [collector(), collector()]
    run(forwardStages(model, width, down), picture)
    expect(down.rows).toHaveLength(height / factor)
    expect(down.rows[0]).toHaveLength(3 * factor * width)
    run(inverseStages(model, width, up), down.rows)
    // Networks read integers, so a floating-point rounding difference can move an input by one step.
    expect(difference(up.rows, picture)).toBeLessThan(6e-3)
  })

  it('limit low and high in both directions', () => {
    const limits = { low: 0.5, high: 0.25 }
    const width = 8 * factor
    const picture = rowsOf(width, 8 * factor)
    const [down, up] = [collector(), collector()]
    run(forwardStages({ ...model, limits }, width, down), picture)
    const channels = 3 * factor ** 2
    const lows = down.rows.flatMap((row) => [...row].filter((_, i) => i % channels < 3))
    expect(Math.max(...lows.map(Math.abs))).toBe(limits.low)
    run(inverseStages({ ...model, limits }, width, up), down.rows)
    const [bounded, free] = [up.rows, picture].map((rows) => Math.max(...rows.flatMap((row) => [...row])))
    expect(bounded).toBeLessThan(free!)
  })

  it('are the same with limits that nothing exceeds', () => {
    const width = 8 * factor
    const picture = rowsOf(width, 6 * factor)
    const [without, within] = [collector(), collector()]
    run(forwardStages(model, width, without), picture)
    run(forwardStages({ ...model, limits: { low: 1e4, high: 1e4 } }, width, within), picture)
    expect(within.rows).toEqual(without.rows)
  })

  it('give the same result with the TypeScript engine', () => {
    const [width, height] = [8 * factor, 6 * factor]
    const picture = rowsOf(width, height)
    const [fast, slow] = [collector(), collector()]
    run(forwardStages(model, width, fast), picture)
    run(forwardStages(openModel(factor, referenceEngine), width, slow), picture)
    expect(fast.rows).toEqual(slow.rows)
  })
})
