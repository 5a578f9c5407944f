import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createQueue } from '../../src/origin/queue.ts'

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
    const queue = createQueue({ concurrency: 2, waiting: 3 })
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
    const queue = createQueue({ concurrency: 1, waiting: 1 })
    const first = queue.admit()
    queue.admit()
    expect(() => queue.admit()).toThrow(expect.objectContaining({ code: 'ORIGIN_BUSY', status: 503 }))
    first.release()
    first.release() // twice is once
    queue.admit()
    expect(() => queue.admit()).toThrow(expect.objectContaining({ code: 'ORIGIN_BUSY' }))
  })

  it('lets an aborted request leave the line without a place', async () => {
    const queue = createQueue({ concurrency: 1, waiting: 3 })
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
    const queue = createQueue({ concurrency: 1, waiting: 5 })
    const ticket = queue.admit()
    await expect(ticket.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    ticket.release()
    expect(await queue.admit().run(async () => 'fine')).toBe('fine')
  })
})
