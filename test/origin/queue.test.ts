import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createQueue, type QueueFull } from '../../src/origin/queue.ts'

/** A task that runs until it is told to end. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

describe('queue', () => {
  it('runs at most `concurrency` tasks and the others in the order of their coming', async () => {
    const queue = createQueue({ concurrency: 2, waiting: 3, secondsPerCost: 1 })
    const gates = Array.from({ length: 5 }, gate)
    const started: number[] = []
    const runs = gates.map(({ opened }, i) =>
      queue.admit().run(() => {
        started.push(i)
        return opened
      }),
    )
    await setImmediate()
    expect(started).toEqual([0, 1])
    expect([queue.active, queue.waiting]).toEqual([2, 3])
    gates[1]?.open()
    await runs[1]
    await setImmediate()
    expect(started).toEqual([0, 1, 2])
    for (const { open } of gates) open()
    await Promise.all(runs)
    expect(started).toEqual([0, 1, 2, 3, 4])
    expect(queue.active).toBe(0)
  })

  it('refuses what is beyond the line and admits again after a release', () => {
    const queue = createQueue({ concurrency: 1, waiting: 1, secondsPerCost: 1 })
    const first = queue.admit()
    queue.admit()
    expect(() => queue.admit()).toThrow(expect.objectContaining({ code: 'ORIGIN_BUSY', status: 503 }))
    first.release()
    first.release() // twice is once
    queue.admit()
    expect(() => queue.admit()).toThrow(expect.objectContaining({ code: 'ORIGIN_BUSY' }))
  })

  it('lets an aborted request leave the line without a place', async () => {
    const queue = createQueue({ concurrency: 1, waiting: 3, secondsPerCost: 1 })
    const { open, opened } = gate()
    const running = queue.admit().run(() => opened)
    const controller = new AbortController()
    const aborted = queue.admit().run(async () => 'never', controller.signal)
    const last = queue.admit().run(async () => 'last')
    controller.abort('gone')
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    open()
    await running
    expect(await last).toBe('last')
    await expect(queue.admit().run(async () => 'never', controller.signal)).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(queue.active).toBe(0)
  })

  it('survives tasks that fail', async () => {
    const queue = createQueue({ concurrency: 1, waiting: 5, secondsPerCost: 1 })
    const ticket = queue.admit()
    await expect(ticket.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    ticket.release()
    expect(await queue.admit().run(async () => 'fine')).toBe('fine')
  })

  it('lets cheap tasks overtake dear ones', async () => {
    const queue = createQueue({ concurrency: 1, waiting: 9, secondsPerCost: 1 })
    const { open, opened } = gate()
    const order: string[] = []
    const add = (name: string, cost: number) =>
      queue.admit().run(async () => void order.push(name), undefined, cost)
    const runs = [queue.admit().run(() => opened)]
    runs.push(add('dear', 1000), add('middling', 100), add('cheap', 1), add('cheap too', 1))
    open()
    await Promise.all(runs)
    expect(order).toEqual(['cheap', 'cheap too', 'middling', 'dear'])
  })

  it('keeps a worker free of long tasks, where there are two', async () => {
    const queue = createQueue({ concurrency: 2, waiting: 9, secondsPerCost: 1, longCost: 10 })
    const gates = Array.from({ length: 3 }, gate)
    const started: string[] = []
    const add = (name: string, cost: number, ended: Promise<void>) =>
      queue.admit().run(
        () => {
          started.push(name)
          return ended
        },
        undefined,
        cost,
      )
    const runs = [add('long', 20, gates[0]!.opened), add('long too', 20, gates[1]!.opened)]
    await setImmediate()
    expect([started, queue.active]).toEqual([['long'], 1])
    runs.push(add('short', 1, gates[2]!.opened))
    await setImmediate()
    expect(started).toEqual(['long', 'short'])
    gates[2]!.open()
    await runs[2]
    await setImmediate()
    expect(started).toEqual(['long', 'short'])
    gates[0]!.open()
    await runs[0]
    await setImmediate()
    expect(started).toEqual(['long', 'short', 'long too'])
    gates[1]!.open()
    await Promise.all(runs)
    const alone = createQueue({ concurrency: 1, waiting: 9, secondsPerCost: 1, longCost: 10 })
    expect(await alone.admit().run(async () => 'runs', undefined, 20)).toBe('runs')
  })

  it('says how long its line is', async () => {
    const queue = createQueue({ concurrency: 2, waiting: 2, secondsPerCost: 3 })
    const { open, opened } = gate()
    const runs = [10, 20, 30].map((cost) => queue.admit().run(() => opened, undefined, cost))
    const last = queue.admit()
    await setImmediate()
    const lengthOf = () => {
      try {
        queue.admit()
      } catch (error) {
        return (error as QueueFull).lineSeconds
      }
      throw new Error('was admitted')
    }
    // Of 63 seconds of work two workers have begun two tasks just now.
    const [least, most] = [(3 * (10 + 20 + 30 + 1)) / 2 - 5, (3 * (10 + 20 + 30 + 1)) / 2]
    expect(lengthOf()).toBeLessThanOrEqual(most)
    expect(lengthOf()).toBeGreaterThan(least)
    open()
    await Promise.all(runs)
    last.release()
  })
})
