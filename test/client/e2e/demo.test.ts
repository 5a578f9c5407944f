import { expect, it } from 'vitest'
import { watchNative } from './browser.ts'
import { describeOnStage, type Stage } from './stage.ts'

const PATIENCE = { timeout: 60_000 }

describeOnStage('the demo page', (stage) => {
  it('grows a picture, and shows its layer and bytes', async () => {
    const faults = await open(stage)
    await stage.tab.locator('#width').fill('1200')
    await expect.poll(() => stage.tab.locator('#log tr').count(), PATIENCE).toBe(2)
    await expect.poll(() => textOf(stage, '#saved'), PATIENCE).toContain('2 sizes that were shown')
    expect(await textOf(stage, '#rivals')).toContain('Strata, 1280 px')
    expect(faults).toEqual([])
  })

  it('shows three views with format, bytes and plan', async () => {
    const views = watchPlain(stage)
    const faults = await open(stage)
    const sides = () => textOf(stage, '#sides')
    for (const plan of ['truncate;layer=1', 'layer=2;w=640;f=avif', 'layer=2;w=640;f=jpeg;ht=2'])
      await expect.poll(sides, PATIENCE).toContain(plan)
    const shown = (await sides()).match(/[A-Z]+, [\d.]+ kB, \d+ × \d+/g)
    expect(shown).toHaveLength(3)
    expect(shown?.map((text) => text.split(',')[0])).toEqual(['STRATA', 'AVIF', 'JPEG'])
    const plain = (await views()).find(({ address }) => address.endsWith('/img/hills?w=640'))
    expect(shown?.[1]).toBe(`AVIF, ${(plain!.bytes / 1000).toFixed(1)} kB, 640 × 427`)
    await expect.poll(sides, PATIENCE).toMatch(/[1-9] plain pictures? kept, \d promoted/)
    expect(await textOf(stage, '#gallery')).toMatch(/[\d.]+ kB for every size/)
    expect(faults).toEqual([])
  })

  it("gets AVIF for Chromium's own requests, and JPEG for a client that takes anything", async () => {
    const views = watchPlain(stage)
    await open(stage)
    const tile = stage.tab.locator('#gallery img')
    await expect.poll(() => tile.evaluate((img: HTMLImageElement) => img.naturalWidth), PATIENCE).toBeTruthy()
    const [came] = (await views()).filter(({ address }) => address === `${stage.cdn}/img/hills?w=320`)
    expect([came?.status, came?.type, came?.magic]).toEqual([200, 'image/avif', 'ftypavif'])
    const answer = await fetch(came!.address, { headers: { Accept: '*/*' } })
    expect(answer.headers.get('Content-Type')).toBe('image/jpeg')
    expect(new Uint8Array(await answer.arrayBuffer()).subarray(0, 3)).toEqual(Uint8Array.of(0xff, 0xd8, 0xff))
  })

  it('restores a thumbnail offline when only the base layer is stored', async () => {
    await open(stage)
    await stage.tab.getByLabel('Network off').check()
    await expect.poll(() => textOf(stage, '#doing'), PATIENCE).toContain('hyperthumbnail')
    expect(await shownWidth(stage)).toBe(1280)
  })

  it('keeps a better stored layer offline, and requests nothing', async () => {
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

interface PlainAnswer {
  readonly address: string
  readonly status: number
  readonly type: string | undefined
  readonly bytes: number
  /** Characters 4 to 12 of the file, which name an AVIF. */
  readonly magic: string
}

/** Notes down what an `<img>` of a tab requests from now on. @returns gives what came so far */
function watchPlain(stage: Stage): () => Promise<PlainAnswer[]> {
  const seen: Promise<PlainAnswer>[] = []
  stage.tab.on('response', (response) => {
    const request = response.request()
    if (request.resourceType() !== 'image' || !request.url().startsWith(stage.cdn)) return
    const note = async () => {
      const body = await response.body()
      return {
        address: request.url(),
        status: response.status(),
        type: response.headers()['content-type'],
        bytes: body.length,
        magic: body.toString('latin1', 4, 12),
      }
    }
    seen.push(note())
  })
  return () => Promise.all(seen)
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
