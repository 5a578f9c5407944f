import { describe, expect, it } from 'vitest'
import { instantiateKernels } from '../../src/core/kernels.ts'
import { kernelModule } from '../kernels.ts'

describe('instantiateKernels', () => {
  it('places sections one after the other, aligned to 16 bytes, behind the static data of the kernels', () => {
    const { exports, place } = instantiateKernels(kernelModule())
    const [a, b, c] = place([1, 17, 300_000]) as [number, number, number]
    expect(a).toBeGreaterThanOrEqual(exports.heapBase())
    expect([a % 16, b - a, c - b]).toEqual([0, 16, 32])
    expect(exports.memory.buffer.byteLength).toBeGreaterThanOrEqual(c + 300_000)
  })

  it('reuses the memory with every call of place and grows it only when needed', () => {
    const { exports, place } = instantiateKernels(kernelModule())
    const first = place([1000, 200_000])
    const size = exports.memory.buffer.byteLength
    expect(place([1000, 100_000])).toEqual(first)
    expect(exports.memory.buffer.byteLength).toBe(size)
  })

  it('places no section over reserved memory', () => {
    const { exports, keep, place } = instantiateKernels(kernelModule())
    const [before = 0] = place([100])
    const first = keep(5)
    const second = keep(200_000)
    expect([first, second]).toEqual([before, before + 16])
    const [after = 0] = place([100])
    expect(after).toBe(second + 200_000)
    expect(exports.memory.buffer.byteLength).toBeGreaterThanOrEqual(after + 100)
  })

  it('gives each instance a memory of its own', () => {
    const module = kernelModule()
    expect(instantiateKernels(module).exports.memory).not.toBe(instantiateKernels(module).exports.memory)
  })

  it('throws INTERNAL when the memory cannot grow', () => {
    const { keep, place } = instantiateKernels(kernelModule())
    expect(() => place([2 ** 32])).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    const [before] = place([16])
    expect(() => keep(2 ** 32)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    expect(place([16])).toEqual([before])
  })
})
