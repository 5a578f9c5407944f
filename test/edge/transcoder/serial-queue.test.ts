import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SerialQueue } from '../../../src/edge/transcoder/serial-queue.ts'

const ignore = () => undefined
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function createQueue(options: Partial<ConstructorParameters<typeof SerialQueue>[0]> = {}): SerialQueue {
  return new SerialQueue({ capacity: 1000, secondsPerCost: 0.1, ...options })
}

/** What the jobs give, after as much time as they need. */
async function afterAll<T>(jobs: readonly Promise<T>[]): Promise<T[]> {
  const all = Promise.all(jobs)
  await vi.runAllTimersAsync()
  return await all
}

/** A job that takes several steps, and notes them. */
function steps(log: string[], name: string, count: number) {
  return async ({ step }: { step(): Promise<void> }) => {
    for (let i = 1; i <= count; i++) {
      log.push(`${name} ${i}`)
      await pause(2)
      await step()
    }
  }
}

describe('a serial queue', () => {
  it('runs one job at a time, in order', async () => {
    const queue = createQueue()
    const log: string[] = []
    const job = (name: string) => async () => {
      log.push(`${name} begins`)
      await pause(2)
      log.push(`${name} ends`)
    }
    await afterAll(['a', 'b', 'c'].map((name) => queue.run(1, ignore, job(name))))
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('lets a small job overtake a large one', async () => {
    const queue = createQueue()
    const log: string[] = []
    const costs = { first: 1, large: 500, small: 1, middling: 20 }
    const jobs = Object.entries(costs).map(([name, cost]) =>
      queue.run(cost, ignore, async () => void log.push(name)),
    )
    await afterAll(jobs)
    expect(log).toEqual(['first', 'small', 'middling', 'large'])
  })

  it('runs small jobs between the steps of a long one', async () => {
    const queue = createQueue({ longCost: 10 })
    const log: string[] = []
    const jobs = [
      queue.run(500, ignore, steps(log, 'long', 4)),
      queue.run(400, ignore, steps(log, 'long too', 1)),
      queue.run(10, ignore, steps(log, 'small', 2)),
      queue.run(10, ignore, steps(log, 'last', 1)),
    ]
    await afterAll(jobs)
    expect(log).toEqual([
      'long 1',
      'small 1',
      'small 2',
      'long 2',
      'last 1',
      'long 3',
      'long 4',
      'long too 1',
    ])
  })

  it('goes on after a job that fails', async () => {
    const queue = createQueue()
    const failing = queue.run(1, ignore, () => Promise.reject(new Error('no')))
    const next = queue.run(1, ignore, async () => 'fine')
    await expect(failing).rejects.toThrow('no')
    expect(await afterAll([next])).toEqual(['fine'])
    expect(await queue.run(1, ignore, async () => 'still fine')).toBe('still fine')
  })

  it('goes on with a long job when a small one fails between its steps', async () => {
    const queue = createQueue({ longCost: 10 })
    const log: string[] = []
    const long = queue.run(500, ignore, steps(log, 'long', 2))
    const small = queue.run(1, ignore, () => Promise.reject(new Error('no')))
    await Promise.all([expect(small).rejects.toThrow('no'), afterAll([long])])
    expect(log).toEqual(['long 1', 'long 2'])
  })

  it('refuses work beyond its capacity, says when to come again, and accepts again later', async () => {
    const queue = createQueue({ capacity: 100 })
    const job = () => pause(2)
    const jobs = [queue.run(300, ignore, job), queue.run(60, ignore, job), queue.run(40, ignore, job)]
    await expect(queue.run(1, ignore, job)).rejects.toMatchObject({
      code: 'TRANSCODE_BUSY',
      status: 503,
      headers: { 'Retry-After': '40' },
    })
    await afterAll(jobs)
    expect(await queue.run(1, ignore, async () => 1)).toBe(1)
  })

  it('takes a job beyond its capacity where no other waits', async () => {
    const queue = createQueue({ capacity: 100 })
    const jobs = [queue.run(1000, ignore, async () => 'runs'), queue.run(1000, ignore, async () => 'waits')]
    await expect(queue.run(1, ignore, async () => 'too much')).rejects.toMatchObject({
      code: 'TRANSCODE_BUSY',
      headers: { 'Retry-After': '120' },
    })
    expect(await afterAll(jobs)).toEqual(['runs', 'waits'])
  })

  it('lets a job leave the line whose request is cancelled', async () => {
    const queue = createQueue({ capacity: 100 })
    const log: string[] = []
    const controller = new AbortController()
    const first = queue.run(1, ignore, steps(log, 'first', 1))
    const gone = queue.run(90, ignore, steps(log, 'gone', 1), controller.signal)
    controller.abort()
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
    await afterAll([first, queue.run(90, ignore, steps(log, 'next', 1))])
    expect(log).toEqual(['first 1', 'next 1'])
  })

  it('keeps each request alive until its place is free', async () => {
    const queue = createQueue()
    const kept: Promise<unknown>[] = []
    const keep = (work: Promise<unknown>) => void kept.push(work)
    const failing = queue.run(1, keep, () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    await afterAll([queue.run(1, keep, () => pause(5))])
    expect(await afterAll(kept)).toHaveLength(2)
  })

  it('runs one job at a time however long the queue is', async () => {
    const queue = createQueue({ strandedSeconds: 0.03 })
    let running = 0
    let most = 0
    const job = async () => {
      most = Math.max(most, ++running)
      await pause(12)
      running--
    }
    await afterAll(Array.from({ length: 20 }, () => queue.run(1, ignore, job)))
    expect(most).toBe(1)
  })

  it('goes on past a job that never settles', async () => {
    const queue = createQueue({ strandedSeconds: 5, longCost: 10 })
    const cutOff = () => new Promise<never>(() => undefined)
    void queue.run(500, ignore, cutOff)
    expect(await afterAll([queue.run(1, ignore, async () => 'next')])).toEqual(['next'])
    const log: string[] = []
    const long = queue.run(500, ignore, steps(log, 'long', 2))
    void queue.run(1, ignore, cutOff)
    await afterAll([long])
    expect(log).toEqual(['long 1', 'long 2'])
  })
})
