import { expect, it } from 'vitest'
import { describeOnStage } from './stage.ts'

describeOnStage('the demo page', (stage) => {
  it('runs the demo page, with the library that the edge serves', async () => {
    const faults: string[] = []
    stage.tab.on('pageerror', (error) => faults.push(String(error)))
    stage.tab.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await stage.tab.goto(stage.servers.url)
    await expect.poll(() => stage.tab.locator('#log tr').count(), { timeout: 30_000 }).toBe(1)
    await stage.tab.locator('#width').fill('1200')
    await expect.poll(() => stage.tab.locator('#log tr').count(), { timeout: 30_000 }).toBe(2)
    await expect
      .poll(() => stage.tab.locator('#sides').innerText(), { timeout: 30_000 })
      .toContain('no byte more')
    await stage.tab.getByLabel('Network off').check()
    await expect
      .poll(() => stage.tab.locator('#saved').innerText(), { timeout: 30_000 })
      .toContain('hyperthumbnail')
    expect(faults).toEqual([])
  })
})
