import type { RgbImage } from '../../core/image.ts'
import { readInput } from '../../node/files.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { mix, valueNoise } from '../../pixels/noise.ts'
import { hills, type Painter, paint } from './hills.ts'

const SAMPLE_WIDTH = 1920
const SAMPLE_HEIGHT = 1280

/** Periods of the texture in pixels, with the weight of each. */
const OCTAVES = [
  [8, 1],
  [4, 0.75],
  [2, 0.5],
] as const
/**
 * Largest contrast of the texture. It is chosen so that the picture takes as many bytes as photographs of its size (AVIF of
 * quality 60 at 1920x1280: 167 kB; four photographs: 129 to 270 kB), and hence about the same time to decode.
 */
const CONTRAST = 120

/** Opens a picture, or without a path draws one of 1920x1280. @throws StrataError FILE_FAILED, INPUT_* */
export async function openPicture(path: string | undefined): Promise<RgbImage> {
  if (path !== undefined) return await readPicture(await readInput(path))
  return samplePicture(SAMPLE_WIDTH, SAMPLE_HEIGHT)
}

/**
 * Draws a picture like a photograph, of any size and the same on every machine. Beyond 1920x1280 it consists of mirror
 * images, which take a codec as many bytes as the picture itself and no time to draw.
 */
export function samplePicture(width: number, height: number): RgbImage {
  const tile = { width: Math.min(width, SAMPLE_WIDTH), height: Math.min(height, SAMPLE_HEIGHT) }
  const { data: source } = paint(tile.width, tile.height, texturedHills(tile.width, tile.height))
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

/** Hills with fine texture in patches, because photographs too have smooth areas and areas full of detail. */
function texturedHills(width: number, height: number): Painter {
  const smooth = hills(width, height)
  return (x, y) => {
    const strength = valueNoise(x / 170, y / 170, 900) ** 2
    let detail = 0
    for (const [period, weight] of OCTAVES) {
      detail += weight * mix(-0.5, 0.5, valueNoise(x / period, y / period, 900 + period))
    }
    const [red, green, blue] = smooth(x, y)
    const change = CONTRAST * strength * detail
    return [red + change, green + change, blue + change]
  }
}

function mirrored(position: number, size: number): number {
  const inside = position % (2 * size)
  return inside < size ? inside : 2 * size - 1 - inside
}
