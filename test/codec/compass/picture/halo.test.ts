import { describe, expect, it } from 'vitest'
import { loadDecoderTable } from '../../../../src/codec/compass/shared/tables.ts'
import { generator } from '../../../pictures.ts'
import { runtime } from '../harness.ts'

/** The synthesis of a tile must not depend on latents outside its halo. */
describe('the halo of synthesis', () => {
  it.each(['base', 'enhancement'] as const)(
    'of the %s layer is exactly the haloRows of its table',
    async (layer) => {
      const wasm = await runtime('wasm')
      const { network, manifest } = wasm
      const { haloRows } = (await loadDecoderTable(wasm))[layer]
      const { run } = await network(`${layer}-synthesis`)
      const random = generator(5)
      const [channels, rows, columns, patch] = [96, 24, 6, 8]
      const draw = (count: number, reach: number) =>
        Int16Array.from({ length: count }, () => (random() - 0.5) * 2 * reach)
      // Channels come last. Pictures have cells of 2x2 pixels.
      const latentRow = columns * channels
      const pictureRows = columns * (patch / 2) ** 2 * 12
      const latents = draw(rows * latentRow, 4000)
      const prediction = draw(rows * pictureRows, 8000).map((value) => value + 8000)
      const synthesise = async (from: number, to: number): Promise<Int16Array> => {
        const inputs = {
          latents: latents.slice(from * latentRow, to * latentRow),
          ...(layer === 'enhancement'
            ? { prediction: prediction.slice(from * pictureRows, to * pictureRows) }
            : {}),
        }
        const { picture } = await run(inputs, (to - from) * patch, columns * patch)
        return picture as Int16Array
      }
      const whole = await synthesise(0, rows)
      expect(haloRows).toBeLessThanOrEqual(manifest.haloRows)
      const halo = haloRows / patch
      const tile = await synthesise(8 - halo, 16 + halo)
      const inner = tile.slice(halo * pictureRows, (halo + 8) * pictureRows)
      expect(inner).toEqual(whole.slice(8 * pictureRows, 16 * pictureRows))
      const narrower = await synthesise(8 - halo + 1, 16 + halo - 1)
      const start = (halo - 1) * pictureRows
      expect(narrower.slice(start, start + 8 * pictureRows)).not.toEqual(inner)
    },
  )
})
