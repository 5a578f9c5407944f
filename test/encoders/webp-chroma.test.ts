import { describe, expect, it } from 'vitest'
import { createWebpEncoder } from '../../src/edge/transcoder/encoders/webp.ts'
import { packageWasm, WEBP_WASM } from '../../src/node/package-wasm.ts'
import { createScorer } from '../../src/node/picture-layers/score.ts'
import { decodeFile } from '../../src/node/pixels.ts'
import { paint } from '../node/picture-layers/pictures.ts'

describe('a WebP of coloured edges', () => {
  it('has chroma that is fitted to them', async () => {
    const isInk = (x: number, y: number) => y % 12 > 2 && (x * 3 + (y >> 2) * 5) % 11 < 3
    const picture = paint(200, 120, (x, y) => (isInk(x, y) ? [255, 32, 32] : [0, 0, 200]))
    const { width, height, data } = picture
    const encoder = createWebpEncoder(() => packageWasm(WEBP_WASM))
    async function* rows() {
      yield data
    }
    const file = await encoder.encode(rows(), { width, height, quality: 75 })
    // Without fitting it is below 0.
    expect(createScorer(picture)!.score(await decodeFile(file))).toBeGreaterThan(40)
  })
})
