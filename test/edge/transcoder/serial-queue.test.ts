import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SerialQueue } from '../../../src/edge/transcoder/serial-queue.ts'

const ignore = () => undefined
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What the jobs give, after as much time as they need. */
async function afterAll<T>(jobs: readonly Promise<T>[]): Promise<T[]> {
  const all = Promise.all(jobs)
  await vi.runAllTimersAsync()
  return await all
}

describe('a serial queue', () => {
  it('runs one job at a time, in order', async () => {
    const queue = new SerialQueue(10)
    const log: string[] = []
    const job = (name: string) => async () => {
      log.push(`${name} begins`)
      await pause(2)
      log.push(`${name} ends`)
    }
    await afterAll(['a', 'b', 'c'].map((name) => queue.run(ignore, job(name))))
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('goes on after a job that fails', async () => {
    const queue = new SerialQueue(10)
    const failing = queue.run(ignore, () => Promise.reject(new Error('no')))
    const next = queue.run(ignore, async () => 'fine')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('fine')
    expect(await queue.run(ignore, async () => 'still fine')).toBe('still fine')
  })

  it('refuses more than its capacity, and accepts again later', async () => {
    const queue = new SerialQueue(2)
    const jobs = [queue.run(ignore, () => pause(2)), queue.run(ignore, () => pause(2))]
    await expect(queue.run(ignore, async () => 1)).rejects.toMatchObject({
      code: 'TRANSCODE_BUSY',
      status: 503,
    })
    await afterAll(jobs)
    expect(await queue.run(ignore, async () => 1)).toBe(1)
  })

  it('runs one job at a time however long the queue is', async () => {
    const queue = new SerialQueue(10, 30)
    let running = 0
    let most = 0
    const job = async () => {
      most = Math.max(most, ++running)
      await pause(12)
      running--
    }
    await afterAll(Array.from({ length: 8 }, () => queue.run(ignore, job)))
    expect(most).toBe(1)
  })

  it('goes on past a job that never settles', async () => {
    const queue = new SerialQueue(10, 5)
    void queue.run(ignore, () => new Promise(() => undefined))
    expect(await afterAll([queue.run(ignore, async () => 'next')])).toEqual(['next'])
  })
})
