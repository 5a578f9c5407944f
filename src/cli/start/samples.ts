import sharp from 'sharp'
import type { RgbImage } from '../../core/image.ts'
import { lake } from './scenes/lake.ts'
import { pebbles } from './scenes/pebbles.ts'
import { wall } from './scenes/wall.ts'

const WIDTH = 1600
const HEIGHT = 1067

export interface Sample {
  readonly id: string
  /** Paints the picture, which takes some seconds. @returns a PNG */
  readonly make: () => Promise<Uint8Array>
}

/** Sample pictures of a fresh installation, painted with the texture and detail of photographs. */
export const SAMPLES: readonly Sample[] = [
  { id: 'wall', make: () => png(wall(WIDTH, HEIGHT)) },
  { id: 'lake', make: () => png(lake(WIDTH, HEIGHT)) },
  { id: 'pebbles', make: () => png(pebbles(WIDTH, HEIGHT)) },
]

async function png({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}
