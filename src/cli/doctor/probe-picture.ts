import { deflateSync } from 'node:zlib'
import { dataView } from '../../core/bytes.ts'
import { encodeChunks } from '../../pixels/png/chunks.ts'

const WIDTH = 96
const HEIGHT = 64

/**
 * A small PNG, different every time, so that a deployment cannot know it already. Written without sharp, which whoever
 * only mounts the edge has not installed.
 */
export function probePicture(): Uint8Array {
  const [phase, slope] = [6 * Math.random(), 0.05 + 0.1 * Math.random()]
  const stride = 1 + 3 * WIDTH
  // Each row begins with its filter, 0: none (PNG, 9.2).
  const rows = new Uint8Array(stride * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) {
    for (let i = 0; i < 3 * WIDTH; i++) {
      const wave = Math.sin(phase + (i % 3) + slope * (Math.floor(i / 3) + 2 * y))
      rows[stride * y + 1 + i] = 128 + 100 * wave
    }
  }
  const header = new Uint8Array(13)
  const view = dataView(header)
  view.setUint32(0, WIDTH)
  view.setUint32(4, HEIGHT)
  // 8 bits a sample, colour type 2: RGB (PNG, 11.2.1).
  header.set([8, 2], 8)
  return encodeChunks([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data: deflateSync(rows) },
    { type: 'IEND', data: new Uint8Array() },
  ])
}
