import { expect, it } from 'vitest'
import type { HeaderDescription } from '../../../src/format/describe.ts'
import { event, privateMemory, watchNative } from './browser.ts'
import { expectDecoded } from './pixels.ts'
import { describeOnStage } from './stage.ts'

describeOnStage('enhance', (stage) => {
  it('paints the placeholder first, then the layer for the size, without a layout shift', async () => {
    const native = watchNative(stage.tab)
    // Written by the script, so that its JPEG cannot have loaded before.
    const write = `document.querySelector('main').innerHTML = ${JSON.stringify(stage.img())}`
    await stage.open(
      '<p>Above</p><main style="height: 300px"></main><p>Below</p>',
      `${write}; strata.enhance(document, { replace: 'always' })`,
    )
    expect(await event(stage.tab, 'painted')).toEqual({ type: 'painted', layer: 0, width: 320, height: 213 })
    const events = await stage.tab.evaluate(() => notes.events)
    expect(events.map(({ detail }) => detail.type)).toEqual(['placeholder', 'begin', 'painted'])
    expect(events[0]?.background).toMatch(/^url\("data:image\/png/)
    expect((await native.done()).map(({ bytes, status }) => [status, bytes])).toEqual([
      [200, stage.layers[0]!.end],
    ])
    expect(await stage.tab.evaluate(() => notes.shift)).toBe(0)
    const [canvas, image] = await stage.tab.evaluate(() => {
      const shown = document.getElementById('a') as HTMLElement
      return [shown.nextElementSibling!, shown].map((element) => element.getBoundingClientRect().toJSON())
    })
    expect(canvas).toEqual(image)
  })

  it('takes the placeholder from the markup, without a request', async () => {
    const info = (await (await fetch(`${stage.cdn}/img/hills.json`)).json()) as HeaderDescription
    const requests: string[] = []
    stage.tab.on('request', (request) => requests.push(request.url()))
    const markup = JSON.stringify(stage.img(`data-placeholder="${info.placeholder.dataUri}"`))
    await stage.open(
      '<main></main>',
      `document.querySelector('main').innerHTML = ${markup}; strata.enhance(document, { replace: 'always' })`,
    )
    await event(stage.tab, 'placeholder')
    await event(stage.tab, 'painted')
    expect(requests.filter((address) => address.endsWith('.json') && address.includes('/img/'))).toEqual([])
  })

  it('is clipped and scrolled with the image', async () => {
    await stage.open(
      `<div style="width: 200px; height: 100px; overflow: auto">${stage.img()}</div>`,
      "strata.enhance(document, { replace: 'always' })",
    )
    await event(stage.tab, 'painted')
    const [canvas, image] = await stage.tab.evaluate(() => {
      const shown = document.getElementById('a') as HTMLElement
      shown.parentElement!.scrollTop = 50
      return [shown.nextElementSibling!, shown].map((element) => element.getBoundingClientRect().toJSON())
    })
    expect(canvas).toEqual(image)
    expect(await stage.tab.evaluate(() => document.documentElement.scrollWidth)).toBe(1400)
  })

  it('shows the pixels of `strata decode`, from the base as well as decoded on from it', async () => {
    await stage.open(stage.img(), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    await expectDecoded(stage, 0)
    await stage.resize(1280)
    await event(stage.tab, 'painted', 1)
    await expectDecoded(stage, 2)
  })

  it('recognizes an image by every form of its address, and fetches it once', async () => {
    const native = watchNative(stage.tab)
    const address = `${stage.cdn}/img/hills`
    const images = [`${address}.jpg?w=300`, `${address}.avif/?w=300`, `${address}/?w=300&focus=0.5,0.2`].map(
      (src, i) => `<img id="n${i}" src="${src}" width="300" height="200" alt="" loading="lazy">`,
    )
    await stage.open(images.join(''), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted', 2)
    expect((await native.done()).map(({ status, bytes }) => [status, bytes])).toEqual([
      [200, stage.layers[0]!.end],
    ])
  })

  it('enhances <strata-img> and pictures that are added later, and restores the plain image', async () => {
    await stage.open(
      '<main></main>',
      `strata.defineStrataImg({ replace: 'always' }); window.enhancement = strata.enhance(document.querySelector('main'), { replace: 'always' })`,
    )
    await stage.tab.waitForFunction(() => 'enhancement' in window)
    await stage.tab.evaluate((markup) => {
      document.querySelector('main')!.innerHTML = markup
    }, stage.img('loading="lazy"'))
    await event(stage.tab, 'painted')
    await stage.tab.evaluate(() =>
      (window as unknown as { enhancement: { stop(): void } }).enhancement.stop(),
    )
    expect(await stage.tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(0)
    expect(await stage.source()).toBe(`${stage.cdn}/img/hills?w=320`)
    await stage.tab.evaluate((markup) => {
      document.body.innerHTML = `<strata-img>${markup}</strata-img>`
    }, stage.img('loading="lazy"'))
    await event(stage.tab, 'painted', 1)
  })

  it('frees memory when pictures are removed', async () => {
    const session = await stage.browser.newBrowserCDPSession()
    const client = await stage.context.newCDPSession(stage.tab)
    await stage.open(
      `<div id="stage"></div>${stage.img('', 'kept')}`,
      "strata.enhance(document, { replace: 'always' })",
    )
    await event(stage.tab, 'painted')
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    const memory = async () => {
      await stage.tab.evaluate(() => {
        notes.events.length = 0
      })
      for (let i = 0; i < 3; i++) {
        await client.send('HeapProfiler.collectGarbage')
        await stage.tab.waitForTimeout(700)
      }
      const each = await Promise.all(renderers.map((id) => privateMemory(id).catch(() => 0)))
      return each.reduce((sum, bytes) => sum + bytes, 0)
    }
    const openAndClose = async (count: number) => {
      for (let i = 0; i < count; i += 10) {
        const batch = Array.from({ length: 10 }, (_, k) => stage.img('', `n${k}`)).join('')
        await stage.tab.evaluate((markup) => {
          notes.events.length = 0
          document.getElementById('stage')!.innerHTML = markup
        }, batch)
        await event(stage.tab, 'painted', 9)
        expect(await stage.tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(11)
        await stage.tab.evaluate(() => document.getElementById('stage')!.replaceChildren())
      }
    }
    await openAndClose(30)
    const before = await memory()
    await openAndClose(200)
    const after = await memory()
    expect(await stage.tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(1)
    expect(after / before, `${before} → ${after} bytes`).toBeLessThan(1.1)
  })
})
