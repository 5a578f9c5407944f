import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Lease, type LeaseOutcome } from '../../../src/edge/variants/lease.ts'

const LEASE_MS = 5000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Asks for a lease in these names; `turns` fills as the answers come. */
function takers(lease: Lease) {
  const turns: Record<string, LeaseOutcome> = {}
  async function take(...holders: string[]): Promise<void> {
    for (const holder of holders) {
      void lease.take(holder, LEASE_MS).then((turn) => {
        turns[holder] = turn
      })
    }
    await vi.advanceTimersByTimeAsync(0)
  }
  return { turns, take, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

describe('a lease', () => {
  it('belongs to the first caller; when the work is done, nobody else does it', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    expect(turns).toEqual({ a: 'acquired' })
    lease.release('a', true)
    await pass(0)
    expect(turns).toEqual({ a: 'acquired', b: 'completed', c: 'completed' })
    await take('d')
    expect(turns.d).toBe('acquired')
  })

  it('goes from one caller to the next while the work fails', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    lease.release('a', false)
    await pass(0)
    expect(turns).toEqual({ a: 'acquired', b: 'acquired' })
    lease.release('b', true)
    await pass(0)
    expect(turns.c).toBe('completed')
  })

  it('that is not renewed goes to the next caller when it has run out, and no earlier', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    await pass(LEASE_MS - 1)
    expect(turns).toEqual({ a: 'acquired' })
    await pass(1)
    expect(turns).toEqual({ a: 'acquired', b: 'acquired' })
    await pass(LEASE_MS)
    expect(turns).toEqual({ a: 'acquired', b: 'acquired', c: 'acquired' })
  })

  it('that has run out is acquired by the next caller', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a')
    await pass(LEASE_MS)
    await take('b')
    expect(turns).toEqual({ a: 'acquired', b: 'acquired' })
  })

  it('lasts as long as it is renewed', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b')
    for (let i = 0; i < 10; i++) {
      await pass(LEASE_MS - 1)
      expect(lease.renew('a', LEASE_MS)).toBe(true)
    }
    expect(turns).toEqual({ a: 'acquired' })
    await pass(LEASE_MS)
    expect(turns.b).toBe('acquired')
  })

  it('is neither renewed nor released by a former holder', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    await pass(LEASE_MS)
    expect(turns.b).toBe('acquired')
    expect(lease.renew('a', LEASE_MS)).toBe(false)
    lease.release('a', true)
    await pass(LEASE_MS - 1)
    expect(turns.c).toBeUndefined()
  })
})
