import type { RgbImage } from '../../core/image.ts'
import { hills, paint } from '../start/samples.ts'

export const SAMPLE_WIDTH = 1920
export const SAMPLE_HEIGHT = 1280

/**
 * Something like a photograph, of any size and the same on every machine. What lies beyond 1920x1280 are mirror
 * images of it, which cost a codec as much as the picture itself and take no time to paint.
 */
export function samplePicture(width: number, height: number): RgbImage {
  const tile = { width: Math.min(width, SAMPLE_WIDTH), height: Math.min(height, SAMPLE_HEIGHT) }
  const { data: source } = paint(tile.width, tile.height, hills(tile.width, tile.height))
  if (tile.width === width && tile.height === height) return { width, height, data: source }
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    const row = mirrored(y, tile.height) * tile.width
    for (let x = 0; x < width; x++) {
      const from = 3 * (row + mirrored(x, tile.width))
      data.set(source.subarray(from, from + 3), 3 * (y * width + x))
    }
  }
  return { width, height, data }
}

function mirrored(position: number, size: number): number {
  const inside = position % (2 * size)
  return inside < size ? inside : 2 * size - 1 - inside
}
