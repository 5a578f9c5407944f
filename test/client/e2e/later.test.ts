import { expect, it } from 'vitest'
import { event, watchNative } from './browser.ts'
import { describeOnStage, type Stage } from './stage.ts'

const PAGE = (stage: Stage) => {
  const address = `${stage.cdn}/img/hills`
  const candidates = [320, 640, 1280].map((width) => `${address}?w=${width} ${width}w`)
  return `<img id="a" src="${address}?w=320" srcset="${candidates}" sizes="320px" width="320" height="213" alt="">`
}

const START = 'window.enhancement = strata.enhance()'
/** What a browser tells of a link, and of a plain file that is large enough for one picture to pay. */
const TOLD = (megabits: number) => `
  localStorage.setItem('strata-speed', '4700')
  performance.getEntriesByType = () => []
  performance.getEntriesByName = () => [{ encodedBodySize: 200_000 }]
  Object.defineProperty(navigator, 'connection', { value: { downlink: ${megabits} } })
  `
const SLOW = TOLD(0.2)
const FAST = TOLD(1e6)

describeOnStage('enhance, after the browser', (stage) => {
  it('shows the plain file, loads models when the page is idle, and grows by layers', async () => {
    const native = watchNative(stage.tab)
    const plain = watchPlain(stage)
    await stage.open(PAGE(stage), `${SLOW}${START}`)
    expect(await ready(stage)).toBe(true)
    const before = plain()
    expect(await native.done()).toEqual([])
    expect(await stage.tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(0)
    expect(before).toEqual([`${stage.cdn}/img/hills?w=320`])
    expect(await shownWidth(stage)).toBe(320)
    expect(await stage.tab.evaluate(() => notes.shift)).toBe(0)
    await grow(stage, 640)
    expect(await event(stage.tab, 'painted')).toMatchObject({ width: 640 })
    // The browser asks for no larger file, though `sizes` would have it do so.
    expect(plain()).toEqual(before)
    expect((await native.done()).map(({ status, bytes }) => [status, bytes])).toEqual([
      [200, stage.layers[1]!.end],
    ])
    await grow(stage, 1280)
    expect(await event(stage.tab, 'painted', 1)).toMatchObject({ width: 1280 })
    expect((await native.done()).at(-1)).toMatchObject({ status: 206 })
  })

  it('keeps models for the next visit, and lets the browser load a larger file when that is faster', async () => {
    await stage.open(PAGE(stage), `${SLOW}${START}`)
    expect(await ready(stage)).toBe(true)
    const packs: string[] = []
    stage.context.on('request', (request) => {
      if (request.url().endsWith('.pack')) packs.push(request.url())
    })
    const [native, plain] = [watchNative(stage.tab), watchPlain(stage)]
    await stage.open(PAGE(stage), `${FAST}${START}`)
    expect(await ready(stage)).toBe(true)
    expect(packs).toEqual([])
    await grow(stage, 1280)
    await expect.poll(() => shownWidth(stage), { timeout: 60_000 }).toBe(1280)
    expect(plain().filter((address) => address.includes('w=1280'))).toHaveLength(1)
    expect(await native.done()).toEqual([])
  })

  it.each([
    ['few pictures', (it: Stage) => it.img(), START],
    [
      'a page that saves data',
      (it: Stage) => PAGE(it),
      `${SLOW}window.enhancement = strata.enhance(document, { saveData: true })`,
    ],
  ])('loads nothing for %s, and leaves growth to the browser', async (_, body, script) => {
    const requests: string[] = []
    await stage.open(body(stage), script)
    stage.context.on('request', (request) => requests.push(request.url()))
    expect(await ready(stage)).toBe(false)
    await grow(stage, 640)
    await expect.poll(() => shownWidth(stage), { timeout: 60_000 }).toBe(640)
    expect(requests.filter((address) => /worker|pack|native|\.json/.test(address))).toEqual([])
  })

  it("restores the page's own attributes", async () => {
    await stage.open(PAGE(stage), `${SLOW}${START}`)
    const source = () => stage.tab.evaluate(() => document.getElementById('a')!.getAttribute('srcset'))
    const own = await source()
    expect(await ready(stage)).toBe(true)
    expect((await source())?.split(',')).not.toEqual(own?.split(','))
    await stage.tab.evaluate(() =>
      (window as unknown as { enhancement: { stop(): void } }).enhancement.stop(),
    )
    expect(await source()).toBe(own)
  })
})

async function ready(stage: Stage): Promise<boolean> {
  await stage.tab.waitForFunction(() => 'enhancement' in window)
  return await stage.tab.evaluate(
    () => (window as unknown as { enhancement: { ready: Promise<boolean> } }).enhancement.ready,
  )
}

async function grow(stage: Stage, width: number): Promise<void> {
  await stage.tab.evaluate((px) => {
    const img = document.getElementById('a') as HTMLImageElement
    Object.assign(img, { width: px, height: Math.round(px / 1.5), sizes: `${px}px` })
  }, width)
}

/** Pixels across the plain file of image `a`; 0 where it is broken. */
async function shownWidth(stage: Stage): Promise<number> {
  return await stage.tab.evaluate(async () => {
    const { currentSrc, complete, naturalWidth } = document.getElementById('a') as HTMLImageElement
    if (!complete || naturalWidth === 0) return 0
    return Number(new URL(currentSrc).searchParams.get('w'))
  })
}

/** @returns gives the addresses of plain files that were requested so far */
function watchPlain(stage: Stage): () => string[] {
  const seen: string[] = []
  stage.context.on('request', (request) => {
    if (request.resourceType() === 'image' && request.url().startsWith(stage.cdn)) seen.push(request.url())
  })
  return () => [...seen]
}
