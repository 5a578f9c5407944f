import { readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { photo } from '../../pictures.ts'
import { canvasPixels } from './browser.ts'
import { inFolder, largestDifference, rawPixels } from './pixels.ts'
import { describeOnStage } from './stage.ts'

describeOnStage('restore', (stage) => {
  it('restores a thumbnail without network', async () => {
    await stage.open(stage.img(), 'window.ready = strata.prepareRestore()')
    await stage.tab.waitForFunction(() => (document.getElementById('a') as HTMLImageElement).naturalWidth > 0)
    await stage.tab.evaluate(() => (window as unknown as { ready: Promise<void> }).ready)
    await stage.context.setOffline(true)
    const restored = await stage.restore()
    expect(restored).toMatchObject({ method: 'hyperthumbnail', factor: 2, width: 640, height: 427 })
    const { width, data } = await canvasPixels(stage.tab, 'a')
    expect(width).toBe(640)
    await inFolder(async (path) => {
      const accept = { headers: { Accept: 'image/*' } }
      const jpeg = await (await fetch(`${stage.cdn}/img/hills?w=320`, accept)).arrayBuffer()
      await writeFile(path('thumb.jpg'), new Uint8Array(jpeg))
      await stage.strata('restore', path('thumb.jpg'), '-o', path('out.png'))
      expect(largestDifference(data, await rawPixels(path('out.png')))).toBeLessThanOrEqual(1)
    })
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

  it('enlarges a foreign JPEG plainly and says why', async () => {
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
