import { describe, expect, it } from 'vitest'
import { KeyedMutex, Limiter } from '../../src/client/decode/limiter.ts'

/** A task that ends when it is told to. */
function task() {
  const { promise, resolve } = withResolvers()
  return { run: () => promise, end: resolve }
}

function withResolvers() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('Limiter', () => {
  it('runs at most `limit` tasks at a time, in their order', async () => {
    const lanes = new Limiter(2)
    const tasks = Array.from({ length: 5 }, task)
    const started: number[] = []
    const runs = tasks.map(({ run }, i) =>
      lanes.run(() => {
        started.push(i)
        return run()
      }),
    )
    expect(started).toEqual([0, 1])
    tasks[1]!.end()
    await runs[1]
    expect(started).toEqual([0, 1, 2])
    for (const { end } of tasks) end()
    await Promise.all(runs)
    expect(started).toEqual([0, 1, 2, 3, 4])
  })

  it('continues after a task that throws, and does not start one that was cancelled', async () => {
    const lanes = new Limiter(1)
    const failed = lanes.run(() => Promise.reject(new Error('no')))
    const cancelled = lanes.run(() => Promise.resolve('ran'), AbortSignal.abort())
    const last = lanes.run(() => Promise.resolve('ran'))
    await expect(failed).rejects.toThrow('no')
    await expect(cancelled).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await last).toBe('ran')
  })
})

describe('KeyedMutex', () => {
  it('runs tasks of one key one after the other, and tasks of other keys concurrently', async () => {
    const lanes = new KeyedMutex()
    const [first, second] = [task(), task()]
    const started: string[] = []
    const run = (key: string, name: string, { run }: { run: () => Promise<void> }) =>
      lanes.run(key, () => {
        started.push(name)
        return run()
      })
    const runs = [run('a', 'a1', first), run('a', 'a2', second), run('b', 'b1', second)]
    expect(started).toEqual(['a1', 'b1'])
    first.end()
    await runs[0]
    expect(started).toEqual(['a1', 'b1', 'a2'])
    second.end()
    await Promise.all(runs)
  })
})
