import { readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { photo } from '../../pictures.ts'
import { canvasPixels, event } from './browser.ts'
import { inFolder, largestDifference, rawPixels } from './pixels.ts'
import { describeOnStage } from './stage.ts'

describeOnStage('restore', (stage) => {
  it('restores offline with the models that enhance() loaded', async () => {
    const address = `${stage.cdn}/img/hills`
    const body = `<img id="a" src="${address}.webp?w=640" srcset="${address}?w=320 320w, ${address}?w=640 640w"
      sizes="320px" width="320" height="213" alt="Hills">`
    await stage.open(
      body,
      'strata.enhance(document, { offlineZoom: true }); window.ready = strata.prepareRestore()',
    )
    await stage.tab.waitForFunction(() => {
      const { currentSrc, complete } = document.getElementById('a') as HTMLImageElement
      return complete && currentSrc.endsWith('w=320&ht=2')
    })
    await stage.tab.evaluate(() => (window as unknown as { ready: Promise<void> }).ready)
    await stage.context.setOffline(true)
    const restored = await stage.restore()
    expect(restored).toMatchObject({ method: 'hyperthumbnail', factor: 2, width: 640, height: 427 })
    const { width, data } = await canvasPixels(stage.tab, 'a')
    expect(width).toBe(640)
    await inFolder(async (path) => {
      const jpeg = await (await fetch(`${address}?w=320&ht=2`)).arrayBuffer()
      await writeFile(path('thumb.jpg'), new Uint8Array(jpeg))
      await stage.strata('restore', path('thumb.jpg'), '-o', path('out.png'))
      expect(largestDifference(data, await rawPixels(path('out.png')))).toBeLessThanOrEqual(1)
    })
  })

  it("requests hidden detail for an image with data-strata, and restores the page's own source", async () => {
    const images = `${stage.img('data-strata="zoom" loading="lazy"')}${stage.img('loading="lazy"', 'b')}`
    await stage.open(images, "window.enhancement = strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    const source = (id: string) =>
      stage.tab.evaluate((it) => document.getElementById(it)!.getAttribute('src'), id)
    expect(await source('a')).toBe(`${stage.cdn}/img/hills?w=320&ht=2`)
    const painted = await stage.tab.evaluate(() =>
      [...document.querySelectorAll('canvas')].map((canvas) => canvas.previousElementSibling?.id),
    )
    expect(painted).toEqual(['b'])
    await stage.tab.evaluate(() =>
      (window as unknown as { enhancement: { stop(): void } }).enhancement.stop(),
    )
    expect([await source('a'), await source('b')]).toEqual(Array(2).fill(`${stage.cdn}/img/hills?w=320`))
  })

  it('refuses a picture that is shown from layers, with a remedy', async () => {
    const write = `document.querySelector('main').innerHTML = ${JSON.stringify(stage.img())}`
    await stage.open('<main></main>', `${write}; strata.enhance(document, { replace: 'always' })`)
    await event(stage.tab, 'painted')
    await expect(stage.restore()).rejects.toThrow(/shows layers.*data-strata="zoom"/)
  })

  it('keeps a plain picture when the server refuses to hide detail', async () => {
    const refused = new URL(`${stage.cdn}/img/hills?w=320&ht=2`).href
    await stage.tab.route(refused, (route) => route.fulfill({ status: 403, body: 'no' }))
    await stage.open(stage.img(), 'strata.enhance(document, { offlineZoom: true })')
    await expect.poll(() => stage.source()).toBe(`${stage.cdn}/img/hills?w=320`)
    const { method, note } = await stage.restore()
    expect([method, note]).toEqual(['plain', expect.stringContaining('ht=2')])
  })

  it('takes its files from where enhance() was told, and says when they are not there', async () => {
    await stage.open(stage.img(), "strata.enhance(document, { assets: '/nowhere/' })")
    await expect(stage.restore()).rejects.toThrow('worker.js does not load')
  })

  it('enlarges a plain picture without a model, with a note', async () => {
    const models: string[] = []
    stage.context.on('request', (request) => {
      if (/\.(pack|json)$/.test(request.url())) models.push(request.url())
    })
    await stage.open(stage.img(), '')
    await stage.tab.waitForFunction(
      () => 'strata' in window && (document.getElementById('a') as HTMLImageElement).naturalWidth > 0,
    )
    const { method, factor, width, note } = await stage.restore()
    expect({ method, factor, width }).toEqual({ method: 'plain', factor: 2, width: 640 })
    expect(note).toContain('it is no JPEG. Ask for ht=2')
    expect(models).toEqual([])
  })

  it.each([
    ['rescale', 'low.png', ['--scale', '2'], 'irn', 2],
    ['rescale', 'low.png', ['--scale', '4'], 'irn', 4],
    ['thumbnail', 'low.jpg', ['--width', '40', '--ht', '4'], 'hyperthumbnail', 4],
  ] as const)(
    'restores what strata %s made as %s with %j',
    async (command, name, options, method, factor) => {
      await inFolder(async (path) => {
        const { data, width, height } = photo(160, 108)
        await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path('a.png'))
        await stage.strata(command, path('a.png'), ...options, '-o', path(name))
        stage.pages.set(`/${name}`, await readFile(path(name)))
        await stage.open(`<img id="a" src="/${name}" alt="">`, '')
        await stage.tab.waitForFunction(() => 'strata' in window)
        const restored = await stage.restore()
        expect(restored).toMatchObject({ method, factor, width, height })
        await stage.strata('restore', path(name), '-o', path('out.png'))
        const shown = await canvasPixels(stage.tab, 'a')
        expect(largestDifference(shown.data, await rawPixels(path('out.png')))).toBeLessThanOrEqual(1)
      })
    },
  )

  it('enlarges a foreign JPEG plainly, with a note', async () => {
    const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a52' } })
      .jpeg()
      .toBuffer()
    stage.pages.set('/foreign.jpg', jpeg)
    await stage.open('<img id="a" src="/foreign.jpg" alt="">', '')
    await stage.tab.waitForFunction(() => 'strata' in window)
    const { method, width, note } = await stage.restore()
    expect([method, width]).toEqual(['plain', 80])
    expect(note).toContain('no Strata marker')
  })
})
