import { StrataError } from '../../core/errors.ts'
import type { EntropyCoder } from '../../entropy/types.ts'
import type { StripIndex } from '../../format/types.ts'
import { type EntropyModel, reconstruct } from './entropy-parameters.ts'
import type { StripGeometry } from './geometry.ts'
import type { StripLatents } from './latents.ts'

/** Sees each strip's symbols as they are decoded; verification and `info --symbols` hash them. */
export type SymbolTap = (strip: number, side: Int16Array, symbols: Int16Array) => void

/**
 * Decodes one strip: side latents first, which give the entropy parameters of the latents in the same stream.
 * @throws StrataError FORMAT_CHECKSUM or FORMAT_TRUNCATED from the strip's bytes, ENTROPY_CORRUPT from its symbols
 */
export async function decodeStrip(
  coder: EntropyCoder,
  model: EntropyModel,
  bytes: StripIndex,
  strip: StripGeometry,
  tap?: SymbolTap,
): Promise<StripLatents> {
  const decoder = coder.decoder(bytes.strip(strip.index))
  const sideIndexes = model.sideIndexes(strip)
  const side = new Int16Array(sideIndexes.length)
  decoder.decode(sideIndexes, side)
  checkSide(side)
  const parameters = await model.parameters(strip, side)
  const symbols = new Int16Array(parameters.indexes.length)
  decoder.decode(parameters.indexes, symbols)
  decoder.finish()
  tap?.(strip.index, side, symbols)
  return reconstruct(symbols, parameters, strip.latentRows)
}

/** The integer networks are exact only for what the encoder may write. */
function checkSide(side: Int16Array): void {
  for (const value of side) {
    if (value > 255 || value < -255) {
      throw new StrataError('ENTROPY_CORRUPT', `expected side latents in -255..255, got ${value}`)
    }
  }
}
