import sharp from 'sharp'
import { call, type Tab } from './engine.ts'

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Places of image `a` and of the canvas over it, once observers were called. */
export async function places(tab: Tab): Promise<{ readonly image: Rectangle; readonly canvas: Rectangle }> {
  return await call(tab, async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
    const image = document.getElementById('a')!
    const [of, over] = [image, image.nextElementSibling!].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect()
      return { x, y, width, height }
    })
    return { image: of!, canvas: over! }
  })
}

/** RGB of what the canvas over image `a` holds. */
export async function canvasPixels(tab: Tab): Promise<Uint8Array> {
  const text = await call(tab, () => {
    const canvas = document.getElementById('a')!.nextElementSibling as HTMLCanvasElement
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    let rgb = ''
    for (let i = 0; i < data.length; i++) if (i % 4 < 3) rgb += String.fromCharCode(data[i]!)
    return btoa(rgb)
  })
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** RGB of what the screen shows at a place. */
export async function screenPixels(tab: Tab, { x, y, width, height }: Rectangle): Promise<Uint8Array> {
  const [left, top] = [Math.round(x), Math.round(y)]
  const part = { left, top, width: Math.round(width), height: Math.round(height) }
  return new Uint8Array(
    await sharp(await tab.screenshot())
      .extract(part)
      .removeAlpha()
      .raw()
      .toBuffer(),
  )
}

export function meanDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
}
