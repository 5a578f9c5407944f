import { expect, it } from 'vitest'
import { watchNative } from './browser.ts'
import { describeOnStage, type Stage } from './stage.ts'

const PATIENCE = { timeout: 60_000 }

describeOnStage('the demo page', (stage) => {
  it('grows a picture, and says what came and what it took', async () => {
    const faults = await open(stage)
    await stage.tab.locator('#width').fill('1200')
    await expect.poll(() => stage.tab.locator('#log tr').count(), PATIENCE).toBe(2)
    await expect.poll(() => textOf(stage, '#saved'), PATIENCE).toContain('2 sizes that were shown')
    expect(await textOf(stage, '#rivals')).toContain('Strata, 1280 px')
    expect(faults).toEqual([])
  })

  it('shows three views with their bytes and plans', async () => {
    const faults = await open(stage)
    for (const plan of ['truncate;layer=1', 'ht=1', 'ht=2'])
      await expect.poll(() => textOf(stage, '#sides'), PATIENCE).toContain(plan)
    expect((await textOf(stage, '#sides')).match(/\d+ × \d+.* kB/g)).toHaveLength(3)
    expect(faults).toEqual([])
  })

  it('restores a thumbnail without network where only the base layer is stored', async () => {
    await open(stage)
    await stage.tab.getByLabel('Network off').check()
    await expect.poll(() => textOf(stage, '#doing'), PATIENCE).toContain('hyperthumbnail')
    expect(await shownWidth(stage)).toBe(1280)
  })

  it('keeps a better stored layer without network, and requests nothing', async () => {
    await open(stage)
    await stage.tab.locator('#width').fill('1200')
    await expect.poll(() => shownWidth(stage), PATIENCE).toBe(1280)
    await expect.poll(() => textOf(stage, '#doing'), PATIENCE).toBe('')
    const native = watchNative(stage.tab)
    await stage.tab.getByLabel('Network off').check()
    await expect.poll(() => textOf(stage, '#doing'), PATIENCE).toContain('the 1280 px layer is stored')
    await stage.tab.locator('#width').fill('1280')
    expect(await shownWidth(stage)).toBe(1280)
    expect(await native.done()).toEqual([])
  })

  it('refuses a file that is no picture, and lets a failed one be dismissed', async () => {
    await open(stage)
    const input = stage.tab.locator('#gallery input')
    const buffer = Buffer.from('Buy milk.')
    await input.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer })
    expect(await textOf(stage, '#status')).toContain('notes.txt was not uploaded')
    await input.setInputFiles({ name: 'notes.png', mimeType: 'image/png', buffer })
    const failed = stage.tab.locator('.tile.failed')
    await expect
      .poll(
        async () => (await failed.count()) + Number(/not taken/.test(await textOf(stage, '#status'))),
        PATIENCE,
      )
      .toBe(1)
    if ((await failed.count()) === 1) await failed.getByRole('button', { name: 'Dismiss' }).click()
    await expect.poll(() => failed.count(), PATIENCE).toBe(0)
    // What was dismissed does not come back.
    await stage.tab.reload()
    await expect.poll(() => stage.tab.locator('#gallery button').count(), PATIENCE).toBe(1)
  })
})

/** Opens the page and waits for the first layer. @returns errors of the page, as they come */
async function open(stage: Stage): Promise<string[]> {
  const faults: string[] = []
  stage.tab.on('pageerror', (error) => faults.push(String(error)))
  stage.tab.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await stage.tab.goto(stage.servers.url)
  await expect.poll(() => stage.tab.locator('#log tr').count(), PATIENCE).toBe(1)
  await expect.poll(() => textOf(stage, '#doing'), PATIENCE).toBe('')
  return faults
}

async function textOf(stage: Stage, selector: string): Promise<string> {
  return await stage.tab.locator(selector).innerText()
}

/** Pixels across the canvas over the picture on the stage that is visible. */
async function shownWidth(stage: Stage): Promise<number | undefined> {
  return await stage.tab.evaluate(() => {
    const image = [...document.querySelectorAll<HTMLImageElement>('#stage img')].find(({ hidden }) => !hidden)
    return (image?.nextElementSibling as HTMLCanvasElement | null)?.width
  })
}
