import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Lease, type Turn } from '../../../src/edge/variants/lease.ts'

const LEASE_MS = 5000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Asks for a lease in these names; `turns` fills as the answers come. */
function takers(lease: Lease) {
  const turns: Record<string, Turn> = {}
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
  it('belongs to the first; when the work is done, nobody else does it', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    expect(turns).toEqual({ a: 'yours' })
    lease.release('a', true)
    await pass(0)
    expect(turns).toEqual({ a: 'yours', b: 'done', c: 'done' })
    await take('d')
    expect(turns.d).toBe('yours')
  })

  it('goes to one after the other while the work fails', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    lease.release('a', false)
    await pass(0)
    expect(turns).toEqual({ a: 'yours', b: 'yours' })
    lease.release('b', true)
    await pass(0)
    expect(turns.c).toBe('done')
  })

  it('of a holder that gives no sign of life goes to the next when it is over, and no earlier', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    await pass(LEASE_MS - 1)
    expect(turns).toEqual({ a: 'yours' })
    await pass(1)
    expect(turns).toEqual({ a: 'yours', b: 'yours' })
    await pass(LEASE_MS)
    expect(turns).toEqual({ a: 'yours', b: 'yours', c: 'yours' })
  })

  it('that is over is there for the next who comes', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a')
    await pass(LEASE_MS)
    await take('b')
    expect(turns).toEqual({ a: 'yours', b: 'yours' })
  })

  it('lasts as long as it is renewed', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b')
    for (let i = 0; i < 10; i++) {
      await pass(LEASE_MS - 1)
      expect(lease.renew('a', LEASE_MS)).toBe(true)
    }
    expect(turns).toEqual({ a: 'yours' })
    await pass(LEASE_MS)
    expect(turns.b).toBe('yours')
  })

  it('is neither renewed nor released by one who has lost it', async () => {
    const lease = new Lease()
    const { turns, take, pass } = takers(lease)
    await take('a', 'b', 'c')
    await pass(LEASE_MS)
    expect(turns.b).toBe('yours')
    expect(lease.renew('a', LEASE_MS)).toBe(false)
    lease.release('a', true)
    await pass(LEASE_MS - 1)
    expect(turns.c).toBeUndefined()
  })
})
