import { expect, it } from 'vitest'
import { event } from './browser.ts'
import { describeOnStage, type Stage } from './stage.ts'

/** Above and left of the image is something, so that the canvas has to be moved to lie over it. */
const PAGE = (img: string) => `<h1>Title</h1><main style="padding: 40px 60px">${img}</main>
  <dialog style="position: fixed; inset: 20px 30px; margin: 0; padding: 25px; border: 3px solid; overflow: auto"></dialog>`

describeOnStage('the canvas over an image', (stage) => {
  it('lies over the image after one resize and one larger picture', async () => {
    await stage.open(PAGE(stage.img()), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    await expectOverImage(stage)
    await stage.resize(640)
    expect(await event(stage.tab, 'painted', 1)).toMatchObject({ width: 640 })
    await expectOverImage(stage)
    await stage.resize(1200)
    expect(await event(stage.tab, 'painted', 2)).toMatchObject({ width: 1280 })
    await expectOverImage(stage)
  })

  it('follows an image that opens in a lightbox and comes back', async () => {
    await stage.open(PAGE(stage.img()), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    await stage.tab.evaluate(() => {
      const [image, box] = [document.getElementById('a') as HTMLElement, document.querySelector('dialog')!]
      box.append(image)
      box.show()
      Object.assign(image.style, { width: '900px', height: 'auto' })
    })
    expect(await event(stage.tab, 'painted', 1)).toMatchObject({ width: 1280 })
    await expectOverImage(stage)
    // A scrolling box takes the canvas along.
    await stage.tab.evaluate(() => {
      const box = document.querySelector('dialog')!
      box.style.height = '200px'
      box.scrollTop = 70
    })
    await expectOverImage(stage)
    await stage.tab.evaluate(() => {
      const image = document.getElementById('a') as HTMLElement
      document.querySelector('dialog')!.close()
      document.querySelector('main')!.append(image)
    })
    await expectOverImage(stage)
  })

  it('follows an image that moves without a change of its size', async () => {
    await stage.open(PAGE(stage.img()), "strata.enhance(document, { replace: 'always' })")
    await event(stage.tab, 'painted')
    await stage.tab.evaluate(() => {
      const image = document.getElementById('a') as HTMLElement
      document.querySelector('h1')!.before(image)
    })
    await expectOverImage(stage)
    expect(await stage.tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(1)
  })
})

/** Once layout has settled, the canvas is the next sibling of the image and has its rectangle, within a pixel. */
async function expectOverImage(stage: Stage): Promise<void> {
  const [canvas, image] = await stage.tab.evaluate(async () => {
    // Observers are called within two frames.
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
    const shown = document.getElementById('a') as HTMLElement
    const rectangles = [shown.nextElementSibling as Element, shown].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect()
      return [x, y, width, height]
    })
    return rectangles
  })
  for (const [i, edge] of image!.entries())
    expect(Math.abs(canvas![i]! - edge), `${canvas} over ${image}`).toBeLessThan(1)
}
