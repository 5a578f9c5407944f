import { describe, expect, it } from 'vitest'
import { decodeRows, layerSymbols } from '../../../../src/codec/compass/decoder/decode.ts'
import { verifyFile } from '../../../../src/codec/compass/encoder/verify.ts'
import { sha256 } from '../../../../src/core/hash.ts'
import { photo } from '../../../pictures.ts'
import { encode, runtime } from '../harness.ts'

async function sample() {
  const decoder = await runtime('wasm')
  const file = await encode(photo(40, 300, 2), [20, 40])
  const reconstruction: Uint8Array[] = []
  for await (const strip of decodeRows(file, { runtime: decoder }))
    reconstruction.push(await sha256(strip.data))
  return { file, decoder, reconstruction, symbols: await layerSymbols(file, { runtime: decoder }) }
}

describe('verifyFile', () => {
  it('accepts a file that decodes to the symbols and pixels of the encoder', async () => {
    const { file, decoder, ...expected } = await sample()
    await expect(verifyFile(file, { runtime: decoder, ...expected })).resolves.toBeUndefined()
  })

  it('refuses a file with different pixels in any strip', async () => {
    const { file, decoder, symbols, reconstruction } = await sample()
    for (const strip of reconstruction.keys()) {
      const other = reconstruction.map((hash, i) => (i === strip ? hash.toReversed() : hash))
      const result = verifyFile(file, { runtime: decoder, symbols, reconstruction: other })
      await expect(result).rejects.toMatchObject({
        code: 'VERIFY_FAILED',
        message: expect.stringContaining(`rows from ${256 * strip}`),
      })
    }
  })

  it('refuses a file with different symbols in any layer', async () => {
    const { file, decoder, symbols, reconstruction } = await sample()
    for (const layer of symbols.keys()) {
      const other = symbols.map((hash, i) => (i === layer ? '0'.repeat(32) : hash))
      const result = verifyFile(file, { runtime: decoder, symbols: other, reconstruction })
      await expect(result).rejects.toMatchObject({
        code: 'VERIFY_FAILED',
        message: expect.stringContaining(`layer ${layer}`),
      })
    }
  })
})
