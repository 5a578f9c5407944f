import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { retryAfter, Scheduler, type Turn } from '../../src/core/scheduler.ts'

/** Lets everything run that can. */
const settle = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

/** A scheduler, and the order in which its tasks got a worker. */
function observed(options: Partial<ConstructorParameters<typeof Scheduler>[0]> = {}) {
  const scheduler = new Scheduler({ concurrency: 1, secondsPerCost: 1, ...options })
  const order: string[] = []
  const enter = async (name: string, cost: number): Promise<Turn> => {
    const turn = await scheduler.enter(cost)
    order.push(name)
    return turn
  }
  return { scheduler, order, enter }
}

describe('the scheduler', () => {
  it('lets cheap tasks overtake expensive ones', async () => {
    const { order, enter } = observed()
    const first = await enter('first', 1)
    const turns = [enter('dear', 1000), enter('middling', 100), enter('cheap', 1), enter('cheap too', 1)]
    first.end()
    for (const turn of turns.toReversed()) void turn.then(({ end }) => end())
    await Promise.all(turns)
    expect(order).toEqual(['first', 'cheap', 'cheap too', 'middling', 'dear'])
  })

  it('lets later tasks of at most twice its cost overtake an expensive task', async () => {
    const { order, enter } = observed()
    let turn = await enter('cheap', 1)
    const dear = enter('dear', 10)
    for (let i = 0; i < 100 && !order.includes('dear'); i++) {
      const next = enter('cheap', 1)
      turn.end()
      turn = await Promise.race([next, dear])
    }
    expect(order.indexOf('dear')).toBeGreaterThan(10)
    expect(order.indexOf('dear')).toBeLessThanOrEqual(1 + 2 * 10)
  })

  it('runs one short task at each step of a long one', async () => {
    const { order, enter } = observed({ longCost: 10 })
    const long = await enter('long', 100)
    await long.step() // nobody waits
    const turns = [enter('short', 1), enter('short too', 1), enter('middling', 11)]
    for (let i = 1; i <= 3; i++) {
      const step = long.step().then(() => order.push(`step ${i}`))
      await settle()
      if (i <= 2) (await turns[i - 1]!).end()
      await step
    }
    expect(order).toEqual(['long', 'short', 'step 1', 'short too', 'step 2', 'step 3'])
    long.end()
    await turns[2]
  })

  it('runs nothing but one short task while a long task lends its worker', async () => {
    const { scheduler, order, enter } = observed({ longCost: 10 })
    const long = await enter('long', 100)
    const guest = enter('guest', 1)
    const step = long.step()
    void enter('next', 1)
    await settle()
    expect([order, scheduler.running, scheduler.waiting]).toEqual([['long', 'guest'], 1, 1])
    const { correct, end, step: stepOfGuest } = await guest
    await stepOfGuest() // a short task lends nothing
    correct(100)
    await stepOfGuest() // nor does a long one what it was lent
    expect([order, scheduler.running]).toEqual([['long', 'guest'], 1])
    end()
    await step
    expect([order, scheduler.running]).toEqual([['long', 'guest'], 1])
    long.end()
    await settle()
    expect(order).toEqual(['long', 'guest', 'next'])
  })

  it('treats a task as long once its cost is corrected', async () => {
    const { order, enter } = observed({ longCost: 10 })
    const turn = await enter('liar', 1)
    void enter('short', 1)
    await turn.step()
    expect(order).toEqual(['liar'])
    turn.correct(100)
    void turn.step()
    await settle()
    expect(order).toEqual(['liar', 'short'])
  })

  it('keeps its order when the cost of a task is corrected downwards', async () => {
    const { order, enter } = observed()
    const first = await enter('first', 1000)
    const turns = [enter('second', 10)]
    first.correct(1)
    turns.push(enter('third', 10))
    first.end()
    for (const turn of turns) (await turn).end()
    expect(order).toEqual(['first', 'second', 'third'])
  })

  it('ends a turn only once', async () => {
    const { scheduler, order, enter } = observed()
    const first = await enter('first', 1)
    void enter('second', 1)
    void enter('third', 1)
    first.end()
    first.end()
    await settle()
    expect([order, scheduler.running]).toEqual([['first', 'second'], 1])
  })
})

describe('the estimated time of the queued work', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is that of running and queued tasks at the measured speed', async () => {
    const { scheduler, enter } = observed({ secondsPerCost: 2, longCost: 10 })
    expect(scheduler.seconds()).toBe(0)
    const first = await enter('first', 20)
    void enter('short', 3)
    void enter('middling', 11)
    expect(scheduler.seconds()).toBeCloseTo(2 * (20 + 3 + 11))
    expect(scheduler.seconds(2)).toBeCloseTo(2 * (20 + 3 + 11) + 2 * 2)
    vi.advanceTimersByTime(10_000)
    expect(scheduler.seconds()).toBeCloseTo(2 * (20 + 3 + 11) - 10)
    void first.step() // now the short one runs, and 30 seconds of the first are left
    expect(scheduler.seconds()).toBeCloseTo(30 + 2 * (3 + 11))
  })

  it('follows the speed, but ignores a clock that stands still', async () => {
    const { scheduler, enter } = observed({ secondsPerCost: 2 })
    for (let i = 0; i < 200; i++) {
      const turn = await enter('quick', 10)
      if (i % 2 === 0) vi.advanceTimersByTime(1000)
      turn.end()
    }
    await enter('running', 1)
    void enter('waiting', 99)
    expect(scheduler.seconds()).toBeCloseTo(10, 0)
  })

  it('excludes the time for which a long task lent its worker', async () => {
    const { scheduler, enter } = observed({ longCost: 10 })
    const long = await enter('long', 100)
    const guest = enter('guest', 1)
    const step = long.step()
    vi.advanceTimersByTime(1000)
    ;(await guest).end()
    await step
    expect(scheduler.seconds()).toBeCloseTo(100, 5)
  })

  it('excludes a task that has made no step for too long', async () => {
    const { scheduler, order, enter } = observed({ longCost: 10 })
    const cut = await enter('cut off', 100)
    void enter('next', 20)
    vi.advanceTimersByTime(4000)
    await cut.step()
    vi.advanceTimersByTime(4000)
    scheduler.giveUpSilent(5)
    await settle()
    expect(order).toEqual(['cut off'])
    vi.advanceTimersByTime(1000)
    scheduler.giveUpSilent(5)
    await settle()
    expect(order).toEqual(['cut off', 'next'])
    cut.end() // it lives after all: that changes nothing
    expect(scheduler.running).toBe(1)
  })

  it('returns a worker that was lent to a task which makes no step any more', async () => {
    const { scheduler, enter } = observed({ longCost: 10 })
    const long = await enter('long', 100)
    void enter('guest', 1)
    const step = long.step()
    vi.advanceTimersByTime(5000)
    scheduler.giveUpSilent(5)
    await step
    expect([scheduler.running, scheduler.waiting]).toEqual([1, 0])
  })

  it('is sent as whole seconds from 1 to 120', () => {
    expect([0, Number.MIN_VALUE, 1.2, 119.5, 1e9].map(retryAfter)).toEqual(['1', '1', '2', '120', '120'])
  })
})
