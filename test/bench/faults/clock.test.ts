import { setTimeout as sleep } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { clockStatement, jumpingClock } from '../../../src/bench/faults/clock.ts'
import { generator } from '../../pictures.ts'

const differenceOf = (clock: typeof Date) => [clock.now() - Date.now(), new clock().getTime() - Date.now()]

it('a clock that jumps is wrong by one amount and then by another', async () => {
  const Clock = runInNewContext(`${clockStatement(-50_000, 40_000, 300)}; Date`) as typeof Date
  for (const wrong of differenceOf(Clock)) expect(Math.abs(wrong + 50_000)).toBeLessThan(5000)
  await sleep(350)
  for (const wrong of differenceOf(Clock)) expect(Math.abs(wrong - 40_000)).toBeLessThan(5000)
  expect(new Clock(1234).getTime()).toBe(1234)
  expect(new Clock() instanceof Clock).toBe(true)
})

it('of many clocks some are right, and none is wrong by more than a minute', () => {
  const random = generator(5)
  const statements = Array.from({ length: 40 }, () => jumpingClock(random))
  const right = statements.filter((statement) => statement === '')
  expect(right.length).toBeGreaterThan(10)
  expect(right.length).toBeLessThan(30)
  for (const statement of statements) {
    const Clock = runInNewContext(`${statement}; Date`) as typeof Date
    for (const wrong of differenceOf(Clock)) expect(Math.abs(wrong)).toBeLessThan(65_000)
  }
})
