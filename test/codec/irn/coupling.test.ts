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

  it('restore what the networks see only as far as their integers reach', () => {
    const width = 8 * factor
    const picture = rowsOf(width, 6 * factor).map((row) => row.map((value) => 40 * value))
    const [down, up] = [collector(), collector()]
    run(forwardStages(model, width, down), picture)
    expect(Math.max(...picture.flatMap((row) => [...row]))).toBeGreaterThan(50)
    run(inverseStages(model, width, up), down.rows)
    expect(difference(up.rows, picture)).toBeLessThan(40 * 6e-3)
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
