import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeLayer, layerSymbols } from '../../../src/codec/compass/decoder/decode.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { photo, psnr } from '../../pictures.ts'
import { encode, runtime } from './harness.ts'

/** A picture in version 2 of the format. It must decode to the same result as long as its models exist. */
const FILE = new URL('../../golden/picture-v2.strata', import.meta.url)
const EXPECTED = new URL('../../golden/picture-v2.json', import.meta.url)
const REMEDY = 'UPDATE_GOLDEN=1 npm test -- --project node test/codec/compass/golden.test.ts'

interface Golden {
  readonly modelSet: string
  /** Hash of the symbols of each layer. */
  readonly symbols: readonly string[]
  /** PSNR of each layer against the resized source, in dB. */
  readonly psnr: readonly number[]
}

const picture = photo(181, 300, 21)
const ladder = [
  { width: 45, quality: 30 },
  { width: 90, quality: 60 },
  { width: 181, quality: 60 },
  { width: 181, quality: 85 },
]

async function decode(bytes: Uint8Array, name: 'node' | 'wasm'): Promise<Golden> {
  const options = { runtime: await runtime(name) }
  const { modelSet, layers } = readHeader(bytes)
  const quality: number[] = []
  for (const { index, width, height } of layers) {
    const reference = width === picture.width ? picture : resample(picture, width, height)
    quality.push(Number(psnr(await decodeLayer(bytes, { ...options, layer: index }), reference).toFixed(2)))
  }
  return { modelSet, symbols: await layerSymbols(bytes, options), psnr: quality }
}

async function update(): Promise<void> {
  const bytes = await encode(picture, ladder, { verify: true })
  writeFileSync(FILE, bytes)
  writeFileSync(EXPECTED, `${JSON.stringify(await decode(bytes, 'node'), null, 2)}\n`)
}

describe('a file of version 2', () => {
  it.each(['node', 'wasm'] as const)(
    'decodes to the recorded symbols and PSNR in the %s runtime',
    async (name) => {
      if (process.env.UPDATE_GOLDEN && name === 'node') await update()
      if (!existsSync(FILE) || !existsSync(EXPECTED))
        throw new Error(`no golden picture; make it with: ${REMEDY}`)
      const golden = JSON.parse(readFileSync(EXPECTED, 'utf8')) as Golden
      const { manifest } = await runtime(name)
      if (golden.modelSet !== manifest.modelSet) {
        throw new Error(
          `the golden picture was made with model set ${golden.modelSet}, models/weights holds ${manifest.modelSet}. ` +
            `After a change of weights make it anew: ${REMEDY}`,
        )
      }
      const decoded = await decode(new Uint8Array(readFileSync(FILE)), name)
      expect(decoded.symbols).toEqual(golden.symbols)
      decoded.psnr.forEach((value, layer) => {
        expect(Math.abs(value - (golden.psnr[layer] ?? 0))).toBeLessThan(0.05)
      })
    },
  )
})
