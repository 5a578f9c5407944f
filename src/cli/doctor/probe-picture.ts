import { deflateSync } from 'node:zlib'
import { dataView } from '../../core/bytes.ts'
import { encodeChunks } from '../../pixels/png/chunks.ts'

const WIDTH = 96
const HEIGHT = 64

/**
 * Makes a small PNG that differs every time, so that a deployment cannot have stored it already. It does without sharp,
 * which is not installed where only the edge is mounted.
 */
export function probePicture(): Uint8Array {
  const [phase, slope] = [6 * Math.random(), 0.05 + 0.1 * Math.random()]
  const stride = 1 + 3 * WIDTH
  // Each row begins with its filter type, 0 for none (PNG, 9.2).
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
  // 8 bits per sample and colour type 2, RGB (PNG, 11.2.1).
  header.set([8, 2], 8)
  return encodeChunks([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data: deflateSync(rows) },
    { type: 'IEND', data: new Uint8Array() },
  ])
}
