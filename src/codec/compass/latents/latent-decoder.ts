import { StrataError } from '../../../core/errors.ts'
import { release } from '../../../core/release.ts'
import type { EntropyCoder } from '../../../entropy/types.ts'
import type { StripIndex } from '../../../format/types.ts'
import type { StripGeometry } from '../shared/geometry.ts'
import type { EntropyModel } from './entropy-parameters.ts'
import { emptyLatents, type StripLatents } from './passes.ts'

/** Sees each strip's symbols as they are decoded, and must not keep them; verification and `info --symbols` hash them. */
export type SymbolTap = (strip: number, side: Int16Array, passes: readonly Int16Array[]) => void

/**
 * Decodes one strip; one without bytes has no residual. Side latents first, which give the entropy parameters of the latents in the same stream.
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
  checkLength(data, model.leastSideBits(strip))
  const decoder = coder.decoder(data)
  const sideIndexes = model.sideIndexes(strip)
  const side = new Int16Array(sideIndexes.length)
  decoder.decode(sideIndexes, side)
  checkSide(side)
  const symbols: Int16Array[] = []
  const tables: Uint8Array[] = []
  const features = await model.features(strip, side)
  const latents = await model.code(strip, features, ({ indexes }) => {
    const found = new Int16Array(indexes.length)
    decoder.decode(indexes, found)
    symbols.push(found)
    tables.push(indexes)
    return found
  })
  decoder.finish()
  tap?.(strip.index, side, symbols)
  release(features, ...symbols, ...tables)
  return latents
}

/**
 * A forged header can claim any size, so before anything is allocated for a strip of that size its bytes have to be
 * able to hold it. Half the bound: a coder wastes some of it near the end of a stream, and never that much.
 */
function checkLength(data: Uint8Array, leastBits: number): void {
  if (8 * data.length < leastBits / 2) {
    const least = Math.ceil(leastBits / 16)
    throw new StrataError(
      'ENTROPY_CORRUPT',
      `a strip of this size has at least ${least} bytes, got ${data.length}`,
    )
  }
}

/** The integer networks are exact only for what the encoder may write. */
function checkSide(side: Int16Array): void {
  for (const value of side) {
    if (value > 255 || value < -255) {
      throw new StrataError('ENTROPY_CORRUPT', `expected side latents in -255..255, got ${value}`)
    }
  }
}
