import { describe, expect, it } from 'vitest'
import { MemoryBudget } from '../../../src/edge/transcoder/memory-budget.ts'

const never = () => new Promise<never>(() => undefined)

describe('a memory budget', () => {
  it('frees the memory of a job that ends or fails', async () => {
    const budget = new MemoryBudget(100)
    let end = (): void => undefined
    const first = budget.hold(60, () => new Promise<void>((resolve) => (end = resolve)))
    const busy = expect.objectContaining({ code: 'TRANSCODE_BUSY', status: 503 })
    await expect(budget.hold(41, async () => 1)).rejects.toThrow(busy)
    expect(await budget.hold(40, async () => 2)).toBe(2)
    end()
    await first
    await expect(budget.hold(100, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await budget.hold(100, async () => 3)).toBe(3)
  })

  it('lets a single job exceed the limit', async () => {
    expect(await new MemoryBudget(10).hold(1000, async () => 1)).toBe(1)
  })

  it('forgets jobs that were cut off', async () => {
    let now = 0
    const budget = new MemoryBudget(100, () => now)
    void budget.hold(100, never)
    now = 119_999
    await expect(budget.hold(1, async () => 1)).rejects.toThrow()
    expect(budget.jobs).toBe(1)
    now = 120_000
    expect(budget.jobs).toBe(0)
    expect(await budget.hold(100, async () => 1)).toBe(1)
  })
})
