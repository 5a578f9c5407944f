import { describe, expect, it } from 'vitest'
import { SingleFlight } from '../../../src/edge/variants/single-flight.ts'

const ignore = () => undefined

/** A job that ends when the test says so. */
function controlled<T>() {
  let resolve: (value: T) => void = ignore
  let reject: (error: Error) => void = ignore
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

describe('a single flight', () => {
  it('runs one job for all callers of the same key', async () => {
    const flights = new SingleFlight<number>()
    let runs = 0
    const job = async () => ({ value: ++runs })
    const results = await Promise.all(Array.from({ length: 30 }, () => flights.run('key', ignore, job)))
    expect(results).toEqual(Array.from({ length: 30 }, () => 1))
    expect(runs).toBe(1)
  })

  it('keeps keys apart', async () => {
    const flights = new SingleFlight<string>()
    const results = ['a', 'b'].map((key) => flights.run(key, ignore, async () => ({ value: key })))
    expect(await Promise.all(results)).toEqual(['a', 'b'])
  })

  it('fails for all waiting callers, and is tried again by the next', async () => {
    const flights = new SingleFlight<number>()
    const failing = () => Promise.reject(new Error('no'))
    const results = [flights.run('key', ignore, failing), flights.run('key', ignore, failing)]
    const settled = await Promise.allSettled(results)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await Promise.resolve()
    expect(await flights.run('key', ignore, async () => ({ value: 7 }))).toBe(7)
  })

  it('counts as running until the work after the result is done', async () => {
    const flights = new SingleFlight<number>()
    const stored = controlled<void>()
    let runs = 0
    const job = async () => ({ value: ++runs, after: () => stored.promise })
    expect(await flights.run('key', ignore, job)).toBe(1)
    expect(await flights.run('key', ignore, job)).toBe(1)
    stored.resolve()
    await new Promise((resolve) => setTimeout(resolve))
    expect(await flights.run('key', ignore, job)).toBe(2)
  })

  it('hands the whole work to keepAlive, which never rejects', async () => {
    const flights = new SingleFlight<number>()
    const kept: Promise<unknown>[] = []
    const run = flights.run(
      'key',
      (work) => kept.push(work),
      () => Promise.reject(new Error('no')),
    )
    await expect(run).rejects.toThrow('no')
    expect(kept).toHaveLength(1)
    await expect(kept[0]).resolves.toBeUndefined()
  })

  it('does not wait forever for a job that was cut off', async () => {
    let now = 0
    const flights = new SingleFlight<number>(() => now)
    const lost = controlled<{ value: number }>()
    void flights.run('key', ignore, () => lost.promise)
    now = 10 * 60_000
    expect(await flights.run('key', ignore, async () => ({ value: 2 }))).toBe(2)
  })
})
