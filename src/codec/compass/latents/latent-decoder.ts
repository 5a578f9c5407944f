import { StrataError } from '../../../core/errors.ts'
import { release } from '../../../core/release.ts'
import type { EntropyCoder } from '../../../entropy/types.ts'
import type { StripIndex } from '../../../format/types.ts'
import type { StripGeometry } from '../shared/geometry.ts'
import type { EntropyModel } from './entropy-parameters.ts'
import { emptyLatents, type StripLatents } from './passes.ts'

/** Called with the symbols of each decoded strip, to hash them for verification. It must not keep the arrays. */
export type SymbolTap = (strip: number, hyperSymbols: Int16Array, passes: readonly Int16Array[]) => void

/**
 * Decodes one strip. A strip without bytes has no residual. The stream holds the hyper-latents and then the latents, whose
 * entropy parameters depend on them.
 * @throws StrataError FORMAT_CHECKSUM or FORMAT_TRUNCATED from the strip's bytes, ENTROPY_CORRUPT from its symbols
 */
export async function decodeStrip(
  coder: EntropyCoder,
  model: EntropyModel,
  bytes: StripIndex,
  strip: StripGeometry,
  tap?: SymbolTap,
): Promise<StripLatents> {
  const data = bytes.strip(strip.index)
  if (data.length === 0 && model.canBeEmpty) {
    tap?.(strip.index, new Int16Array(), [])
    return emptyLatents(strip.latentRows)
  }
  checkLength(data, model.leastHyperBits(strip))
  const decoder = coder.decoder(data)
  const hyperScaleIndexes = model.hyperScaleIndexes(strip)
  const hyperSymbols = new Int16Array(hyperScaleIndexes.length)
  decoder.decode(hyperScaleIndexes, hyperSymbols)
  checkHyperSymbols(hyperSymbols)
  const symbols: Int16Array[] = []
  const indexes: Uint8Array[] = []
  const features = await model.features(strip, hyperSymbols)
  const latents = await model.code(strip, features, ({ scaleIndexes }) => {
    const passSymbols = new Int16Array(scaleIndexes.length)
    decoder.decode(scaleIndexes, passSymbols)
    symbols.push(passSymbols)
    indexes.push(scaleIndexes)
    return passSymbols
  })
  decoder.finish()
  tap?.(strip.index, hyperSymbols, symbols)
  release(features, ...symbols, ...indexes)
  return latents
}

/**
 * Checks that a strip's bytes can hold a strip of its declared size before memory is allocated for it, because a forged
 * header can declare any size. It demands only half of the bound, because the length of a stream deviates from it a little.
 */
function checkLength(data: Uint8Array, leastBits: number): void {
  if (8 * data.length < leastBits / 2) {
    const least = Math.ceil(leastBits / 16)
    throw new StrataError(
      'ENTROPY_CORRUPT',
      `expected at least ${least} bytes for a strip of this size, got ${data.length}`,
    )
  }
}

/** Checks the range of hyper-latents, because the integer networks are exact only in the range that encoders write. */
function checkHyperSymbols(hyperSymbols: Int16Array): void {
  for (const value of hyperSymbols) {
    if (value > 255 || value < -255) {
      throw new StrataError('ENTROPY_CORRUPT', `expected hyper-latents in -255..255, got ${value}`)
    }
  }
}
