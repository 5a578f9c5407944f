import { expect, it } from 'vitest'
import { event, watchNative } from './browser.ts'
import { expectDecoded } from './pixels.ts'
import { describeOnStage } from './stage.ts'

describeOnStage('pictures that grow', (stage) => {
  it('grows with the attributes of its size, whatever else changes on the page', async () => {
    await stage.open(
      '<main></main>',
      `document.querySelector('main').innerHTML = ${JSON.stringify(stage.img())}; strata.enhance(document, { replace: 'always' })`,
    )
    await event(stage.tab, 'painted')
    await stage.tab.evaluate(() => {
      const image = document.getElementById('a') as HTMLImageElement
      Object.assign(image, { width: 640, height: 427 })
      document.body.append('More')
    })
    expect(await event(stage.tab, 'painted', 1)).toMatchObject({ layer: 1, width: 640 })
    await expectDecoded(stage, 1)
  })

  it('requests a higher layer when pinch zoom enlarges the page', async () => {
    await stage.open(stage.img(), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    const session = await stage.context.newCDPSession(stage.tab)
    await session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 })
    expect(await event(stage.tab, 'painted', 1)).toMatchObject({ layer: 1, width: 640 })
  })

  it('requests a higher layer when the density of the screen rises', async () => {
    // Emulation changes the density, but tells no query of it.
    const watched = `const { matchMedia } = window
      window.matchMedia = (text) => (window.query = matchMedia.call(window, text))`
    await stage.open(stage.img(), `${watched}; strata.enhance(document, { replace: 'always' })`)
    await event(stage.tab, 'painted')
    const session = await stage.context.newCDPSession(stage.tab)
    const metrics = { width: 1400, height: 1000, mobile: false }
    for (const [n, deviceScaleFactor] of [2, 4].entries()) {
      await session.send('Emulation.setDeviceMetricsOverride', { ...metrics, deviceScaleFactor })
      await stage.tab.evaluate(() => {
        const { query } = window as unknown as { query: MediaQueryList }
        if (!query.matches) query.dispatchEvent(new Event('change'))
      })
      expect(await event(stage.tab, 'painted', n + 1)).toMatchObject({ width: 320 * deviceScaleFactor })
    }
  })

  it('fetches exactly the missing bytes when a picture grows, and nothing when it shrinks', async () => {
    const native = watchNative(stage.tab)
    await stage.open(stage.img(), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    await stage.resize(1280)
    const begin = await event(stage.tab, 'begin', 1)
    await event(stage.tab, 'painted', 1)
    await stage.resize(160)
    await stage.tab.waitForTimeout(500)
    const [base, top] = [stage.layers[0]!, stage.layers[2]!]
    const [first, second, ...others] = await native.done()
    expect(others).toEqual([])
    expect(first).toMatchObject({ status: 200, bytes: base.end, range: undefined })
    expect(second).toMatchObject({ status: 206, bytes: top.end - base.end, range: `bytes=${base.end}-` })
    expect(second?.ifRange).toMatch(/^"[0-9a-f]+\.0"$/)
    expect(begin).toMatchObject({ layer: 2, fetched: top.end - base.end, reused: base.end })
  })

  it('fetches no byte twice, for a second element or a second visit', async () => {
    const body = `${stage.img()}${stage.img('', 'b')}`
    await stage.open(body, "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted', 1)
    const native = watchNative(stage.tab)
    await stage.open(body, "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted', 1)
    expect((await native.done()).map(({ status, bytes }) => [status, bytes])).toEqual([[304, 0]])
  })

  it('sends no request for a stored version that the address names', async () => {
    const { headers } = await fetch(`${stage.cdn}/img/hills?f=native&w=320`)
    const hash = /"([0-9a-f]{16})/.exec(headers.get('ETag') ?? '')?.[1]
    const body = stage.img('loading="lazy"').replaceAll('/img/hills', `/img/hills@${hash}`)
    await stage.open(body, "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    const native = watchNative(stage.tab)
    await stage.open(body, "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    expect(await native.done()).toEqual([])
    await stage.resize(1280)
    await event(stage.tab, 'painted', 1)
    expect(await native.done()).toMatchObject([{ status: 206 }])
  })

  it('requests a higher layer at two device pixels per CSS pixel, and a lower one with saveData', async () => {
    await stage.renew({ deviceScaleFactor: 2 })
    await stage.open(stage.img(), "strata.enhance(document, { replace: 'always' })")
    expect(await event(stage.tab, 'painted')).toMatchObject({ layer: 1, width: 640 })
    await stage.open(stage.img(), "strata.enhance(document, { replace: 'always', saveData: true })")
    expect(await event(stage.tab, 'painted')).toMatchObject({ layer: 0 })
  })
})
