import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkProgram } from '../../src/network/check-program.ts'
import { makePlan, placeByLife } from '../../src/network/plan.ts'
import { ProgramBuilder, randomConvolution } from './builder.ts'

const OPTIONS = { kernel: 1, round: 'floor', low: 0, high: 255 } as const

function planOf(outChannels: number, outputs: readonly string[]) {
  const builder = new ProgramBuilder()
  builder.inputs.x = { channels: 8, stride: 4 }
  const random = () => 0.7
  randomConvolution(builder, { ...OPTIONS, in: ['x'], out: 'a', outChannels: 8 }, 8, random)
  randomConvolution(builder, { ...OPTIONS, in: ['a'], out: 'b', outChannels, add: [] }, 8, random)
  builder.ops.push({ op: 'shuffle', in: ['b'], out: 'c', factor: 2 })
  randomConvolution(
    builder,
    { ...OPTIONS, kernel: 3, in: ['c'], out: 'd', outChannels: 3 },
    outChannels / 4,
    random,
  )
  const { program, blob } = builder.build(outputs)
  return makePlan(program, checkProgram(program, blob))
}

describe('makePlan', () => {
  it('joins a shuffle with the convolution before it into one step', () => {
    const { steps, lives } = planOf(16, ['d'])
    expect(steps.map(({ op, out, factor }) => [op.op, out, factor])).toEqual([
      ['conv', 'a', 1],
      ['conv', 'c', 2],
      ['conv', 'd', 1],
    ])
    expect([...lives.keys()]).toEqual(['x', 'a', 'c', 'd'])
  })

  it.each([
    ['the tensor between is an output', 16, ['d', 'b']],
    ['the cells of its output are not whole vectors', 8, ['d']],
  ])('keeps a shuffle as a step of its own when %s', (_, outChannels, outputs) => {
    expect(planOf(outChannels, outputs).steps.map(({ op }) => op.op)).toEqual([
      ...['conv', 'conv', 'shuffle', 'conv'],
    ])
  })

  it('computes the lifetime of every tensor and which tensors need a border', () => {
    const { lives } = planOf(16, ['d', 'a'])
    const facts = [...lives].map(([name, { born, dies, hasBorder }]) => [name, born, dies, hasBorder])
    expect(facts).toEqual([
      ['x', -1, 0, false],
      ['a', 0, 3, false],
      ['c', 1, 2, true],
      ['d', 2, 3, false],
    ])
  })
})

describe('placeByLife', () => {
  const section = fc
    .record({ bytes: fc.integer({ min: 1, max: 50 }), born: fc.nat(20), length: fc.nat(6) })
    .map(({ bytes, born, length }) => ({ bytes: 16 * bytes, born, dies: born + length }))

  it('never overlaps sections alive at the same step, and keeps all inside the returned size', () => {
    const property = fc.property(fc.array(section, { minLength: 1, maxLength: 25 }), (sections) => {
      const { offsets, bytes } = placeByLife(sections)
      sections.forEach((a, i) => {
        expect(offsets[i]! % 16).toBe(0)
        expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes)
        for (const [j, b] of sections.entries()) {
          if (i === j || a.born > b.dies || b.born > a.dies) continue
          const apart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!
          expect(apart).toBe(true)
        }
      })
    })
    fc.assert(property)
  })

  it('reuses the memory of sections that are no longer alive', () => {
    const chain = Array.from({ length: 10 }, (_, i) => ({ bytes: 1600, born: i, dies: i + 1 }))
    expect(placeByLife(chain).bytes).toBe(3200)
  })
})
