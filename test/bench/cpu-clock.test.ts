import { describe, expect, it } from 'vitest'
import { CpuClock, median } from '../../src/bench/cpu-clock.ts'

describe('CpuClock', () => {
  it('separates the parts of a transcode', async () => {
    let now = 0
    const clock = new CpuClock(() => now)
    const spend = (time: number) => {
      now += time
      return time
    }
    async function* decode() {
      for (let strip = 0; strip < 2; strip++) {
        clock.observe('entropy', () => spend(1))
        expect(await clock.observe('networks', async () => spend(20))).toBe(20)
        clock.observe('kernels', () => spend(4))
        spend(10) // packing
        yield strip
      }
      spend(5)
    }
    spend(3) // opening the writer
    const seen: number[] = []
    for await (const strip of clock.strips(decode())) {
      seen.push(strip)
      spend(6) // writing
    }
    spend(5)
    expect(seen).toEqual([0, 1])
    expect(now).toBe(95)
    const shares = clock.shares(now - 0)
    const share = (time: number) => Number((time / 95).toFixed(4))
    expect(shares).toEqual({
      entropy: share(2),
      networks: share(40),
      kernels: share(8),
      jpeg: share(20),
      other: share(25),
    })
    clock.reset()
    expect([clock.decoding, clock.spent.networks]).toEqual([0, 0])
  })

  it('counts a promise until it is fulfilled or rejected', async () => {
    let now = 0
    const clock = new CpuClock(() => now)
    const failing = clock.observe('networks', async () => {
      await Promise.resolve()
      now += 7
      throw new Error('lost')
    })
    expect(clock.spent.networks).toBe(0)
    await expect(failing).rejects.toThrow('lost')
    expect(clock.spent.networks).toBe(7)
  })

  it('gives zeros for no time at all', () => {
    expect(Object.values(new CpuClock(() => 0).shares(0))).toEqual([0, 0, 0, 0, 0])
  })
})

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected))
})
