import { describe, expect, it, vi } from 'vitest'
import { memoiseLoads } from '../../src/core/memoise-loads.ts'

describe('memoiseLoads', () => {
  it('loads a key once, even for calls made while it loads', async () => {
    const load = vi.fn(async (key: string) => key.toUpperCase())
    const memoised = memoiseLoads(load)
    expect(await Promise.all([memoised('a'), memoised('a'), memoised('b')])).toEqual(['A', 'A', 'B'])
    expect(await memoised('a')).toBe('A')
    expect(load.mock.calls).toEqual([['a'], ['b']])
  })

  it('retries after a rejected load', async () => {
    const load = vi.fn<() => Promise<number>>().mockRejectedValueOnce(new Error('no')).mockResolvedValue(7)
    const memoised = memoiseLoads<void, number>(load)
    await expect(memoised()).rejects.toThrow('no')
    expect(await memoised()).toBe(7)
    expect(await memoised()).toBe(7)
    expect(load).toHaveBeenCalledTimes(2)
  })
})
