import { describe, expect, it } from 'vitest'
import { PhaseClock } from '../../../src/bench/encode/phase-clock.ts'

describe('PhaseClock', () => {
  it('counts nested work only for its own phase', async () => {
    let time = 0
    const pass = async (ms: number) => {
      time += ms
    }
    const clock = new PhaseClock(() => time)
    await pass(100)
    await clock.observe('resize', () => pass(1))
    const given = await clock.observe('coding', async () => {
      await pass(2)
      await clock.observe('analysis', async () => {
        await pass(4)
        await clock.observe('coding', () => pass(8))
        await pass(16)
      })
      await pass(32)
      return 'what the work gives'
    })
    await pass(100)
    expect(given).toBe('what the work gives')
    expect(clock.spent).toEqual({
      ...{ placeholder: 0, resize: 1, analysis: 20, coding: 42, synthesis: 0, verify: 0 },
    })
  })

  it('goes on after work that failed', async () => {
    let time = 0
    const clock = new PhaseClock(() => time++)
    const failure = new Error('failed')
    const failing = clock.observe('coding', () => clock.observe('verify', () => Promise.reject(failure)))
    await expect(failing).rejects.toBe(failure)
    await clock.observe('resize', async () => {})
    expect(clock.spent).toMatchObject({ coding: 2, verify: 1, resize: 1 })
  })
})
