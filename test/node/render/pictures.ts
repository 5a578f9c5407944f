import sharp from 'sharp'
import type { RgbImage } from '../../../src/core/image.ts'
import type { DecodedPicture } from '../../../src/node/ingest/ingest.ts'
import { openPicture, readPicture } from '../../../src/node/ingest/ingest.ts'
import { parseRenderParameters } from '../../../src/node/render/parameters.ts'
import { planRender } from '../../../src/node/render/plan.ts'
import { renderPicture } from '../../../src/node/render/render.ts'

/** The file that `/render` gives for this query. */
export async function rendered(original: Uint8Array, query: string): Promise<Uint8Array> {
  const picture = await openPicture(original)
  const plan = planRender(picture, parseRenderParameters(new URLSearchParams(query)))
  return await renderPicture(picture, plan)
}

/** The pixels of that, on white. */
export async function renderedPixels(original: Uint8Array, query: string): Promise<RgbImage> {
  return await readPicture(await rendered(original, query))
}

export function rawOf({ width, height, data }: Omit<DecodedPicture, 'channels'>, channels: 3 | 4 = 3) {
  return sharp(data, { raw: { width, height, channels } })
}

/** A photograph-like picture with four corners of different colours, so that no part looks like another. */
export function withCorners(image: RgbImage): RgbImage {
  const data = image.data.slice()
  const colours = [
    [220, 30, 30],
    [30, 190, 30],
    [40, 40, 220],
    [220, 200, 20],
  ]
  const side = Math.floor(Math.min(image.width, image.height) / 5)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (const [corner, colour] of colours.entries()) {
        const column = corner % 2 === 0 ? x : image.width - 1 - x
        const row = corner < 2 ? y : image.height - 1 - y
        data.set(colour, 3 * (row * image.width + column))
      }
    }
  }
  return { ...image, data }
}

/** The pixels that a camera stores with an EXIF orientation, 1 to 8, so that the upright picture is this one. */
export function storedAs(upright: RgbImage, orientation: number): RgbImage {
  const { width: w, height: h } = upright
  const places: Record<number, (x: number, y: number) => readonly [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [w - 1 - x, y],
    3: (x, y) => [w - 1 - x, h - 1 - y],
    4: (x, y) => [x, h - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, w - 1 - x],
    7: (x, y) => [h - 1 - y, w - 1 - x],
    8: (x, y) => [h - 1 - y, x],
  }
  const turned = orientation > 4
  const width = turned ? h : w
  const data = new Uint8Array(upright.data.length)
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [column, row] = places[orientation]!(x, y)
      data.set(upright.data.subarray(3 * (y * w + x), 3 * (y * w + x) + 3), 3 * (row * width + column))
    }
  }
  return { width, height: turned ? w : h, data }
}
