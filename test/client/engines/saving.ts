import { expect, it } from 'vitest'
import { call } from './engine.ts'
import { meanDifference, places, type Rectangle } from './looks.ts'
import { restore } from './restoring.ts'
import { PATIENCE, type Stage } from './stage.ts'

interface Dragged {
  readonly id: string
  readonly uri: string
  readonly types: readonly string[]
}

declare global {
  var dragged: Dragged | undefined
}

/** Notes down what is dragged. The drag itself would leave the browser. */
const NOTE = `addEventListener('dragstart', (event) => {
  const { target, dataTransfer } = event
  window.dragged = { id: target.id, uri: dataTransfer.getData('text/uri-list'), types: [...dataTransfer.types] }
  event.preventDefault()
})`

export function saving(stage: Stage): void {
  it('offers the decoded picture for saving and dragging, in the shown size', async () => {
    await stage.openReplaced(NOTE)
    await stage.event('painted')
    const { image: before } = await places(stage.tab)
    expect(await hit(stage, before)).toBe('a')
    await stage.tab.move([{ x: 500, y: 500 }, middle(before)])
    await expect.poll(() => source(stage), PATIENCE).toMatch(/^data:image\/jpeg/)
    expect(meanDifference(await sourcePixels(stage), await stage.decoded(0))).toBeLessThan(3)
    const { image: after } = await places(stage.tab)
    expect(after.width).toBe(before.width)
    expect(Math.abs(after.height - before.height)).toBeLessThan(0.5)

    await call(stage.tab, () => {
      Object.assign(document.getElementById('a')!.style, { width: '640px', height: 'auto' })
    })
    const small = await source(stage)
    expect(await stage.event('painted', 1)).toMatchObject({ width: 640 })
    // The pointer has not left the picture.
    await expect.poll(() => source(stage), PATIENCE).not.toBe(small)
    expect(meanDifference(await sourcePixels(stage), await stage.decoded(1))).toBeLessThan(3)

    const { x, y } = middle(before)
    await stage.tab.move([{ x, y }, ...[10, 20, 30, 60].map((by) => ({ x: x + by, y: y + by }))], true)
    await expect.poll(() => call(stage.tab, () => window.dragged?.id), PATIENCE).toBe('a')
    const { uri, types } = (await call(stage.tab, () => window.dragged))!
    // WebKit shows pages no data URI of a drag, but that it carries a file.
    if (uri === '') expect(types).toContain('Files')
    else expect(uri === (await source(stage)), uri.slice(0, 60)).toBe(true)

    await expect(restore(stage)).rejects.toThrow(/shows layers/)
    await call(stage.tab, () => (window as unknown as { enhancement: { stop(): void } }).enhancement.stop())
    await expect.poll(() => source(stage), PATIENCE).toContain('/img/hills?w=')
  })
}

function middle({ x, y, width, height }: Rectangle): { readonly x: number; readonly y: number } {
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) }
}

/** The element that pointers meet in the middle of a place. */
async function hit(stage: Stage, place: Rectangle): Promise<string | undefined> {
  const { x, y } = middle(place)
  return await call(stage.tab, (left, top) => document.elementFromPoint(left, top)?.id, x, y)
}

/** The file that image `a` shows, once it has loaded: what a browser saves. */
async function source(stage: Stage): Promise<string | undefined> {
  return await call(stage.tab, () => {
    const { currentSrc, complete, naturalWidth } = document.getElementById('a') as HTMLImageElement
    return complete && naturalWidth > 0 ? currentSrc : undefined
  })
}

/** RGB of that file. */
async function sourcePixels(stage: Stage): Promise<Uint8Array> {
  const text = await call(stage.tab, async () => {
    const picture = new Image()
    picture.src = (document.getElementById('a') as HTMLImageElement).currentSrc
    await picture.decode()
    const { naturalWidth: width, naturalHeight: height } = picture
    const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!
    context.drawImage(picture, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    let rgb = ''
    for (let i = 0; i < data.length; i++) if (i % 4 < 3) rgb += String.fromCharCode(data[i]!)
    return btoa(rgb)
  })
  return new Uint8Array(Buffer.from(text, 'base64'))
}
