import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRansEncoder } from '../../src/entropy/rans-encoder.ts'
import { generator } from '../pictures.ts'
import { residuals } from './residuals.ts'

const internal = expect.objectContaining({ code: 'INTERNAL' })

describe('the rANS encoder', () => {
  it('writes four start states and nothing else for an empty stream', () => {
    expect([...createRansEncoder().finish()]).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0])
  })

  it('writes the golden bytes, because stored files depend on them', () => {
    const { indexes, symbols } = residuals(20_000, generator(3))
    const encoder = createRansEncoder()
    encoder.encode(indexes, symbols)
    const sha = createHash('sha256').update(encoder.finish()).digest('hex')
    expect(sha).toMatchInlineSnapshot(`"ccaf5705258340f0f7f8a23fa6d05fe2d9f9ded01964db2ae9bc2a7bd0510d9f"`)
  })

  it('copies its arguments, which the caller may change afterwards', () => {
    const { indexes, symbols } = residuals(100, generator(4))
    const [one, two] = [createRansEncoder(), createRansEncoder()]
    one.encode(indexes, symbols)
    two.encode(indexes, symbols)
    indexes.fill(0)
    symbols.fill(0)
    expect(one.finish()).toEqual(two.finish())
  })

  it.each([
    ['a symbol under table 0', [0], [1]],
    ['-32768', [5], [-32768]],
    ['table 64', [64], [0]],
    ['different lengths', [1, 1], [0]],
  ])('refuses %s', (_, indexes, symbols) => {
    const encoder = createRansEncoder()
    expect(() => encoder.encode(Uint8Array.from(indexes), Int16Array.from(symbols))).toThrow(internal)
    expect(encoder.finish()).toHaveLength(16)
  })

  it('throws INTERNAL when it is used after finish', () => {
    const encoder = createRansEncoder()
    encoder.finish()
    expect(() => encoder.finish()).toThrow(internal)
    expect(() => encoder.encode(new Uint8Array(0), new Int16Array(0))).toThrow(internal)
  })
})
