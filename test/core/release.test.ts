import { describe, expect, it } from 'vitest'
import { release } from '../../src/core/release.ts'

describe('release', () => {
  it('empties arrays and frees their memory', () => {
    const before = process.memoryUsage().arrayBuffers
    const arrays = [new Float32Array(4e6), new Int16Array(4e6)]
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(23e6)
    release(...arrays, undefined, new Uint8Array(0))
    expect(arrays.map(({ length }) => length)).toEqual([0, 0])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  })

  it('does not change views of a larger buffer, because others may use it', () => {
    const whole = Uint8Array.of(1, 2, 3)
    release(whole.subarray(1))
    expect([...whole]).toEqual([1, 2, 3])
    const shared = new Uint8Array(new SharedArrayBuffer(2))
    release(shared)
    expect(shared).toHaveLength(2)
  })

  it('may be called twice with the same array', () => {
    const array = new Uint8Array(8)
    release(array)
    release(array)
    expect(array).toHaveLength(0)
  })
})
