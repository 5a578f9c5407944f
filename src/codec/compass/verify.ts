import { StrataError } from '../../core/errors.ts'
import { STRIP_ROWS } from '../../format/layout.ts'
import type { Runtime } from '../../runtime/types.ts'
import { openFile, openLatents, openPictures } from './layer-chain.ts'
import { SymbolHashes } from './symbol-hashes.ts'
import { rgbRows } from './tile.ts'

/** Largest difference of a pixel between runtimes: float networks agree only to their last bits. */
const PIXEL_TOLERANCE = 1

export interface VerifyOptions {
  readonly runtime: Runtime
  /** What the encoder wrote: `SymbolHashes.layers()`. */
  readonly symbols: readonly string[]
  /** The encoder's own reconstruction of the top layer: 8-bit RGB of each strip. */
  readonly reconstruction: readonly Uint8Array[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Decodes the file as a client will and compares: symbols exactly in every layer, pixels of the top layer, which
 * contain the errors of all layers below, within one step of 8 bits.
 * @throws StrataError VERIFY_FAILED
 */
export async function verifyFile(file: Uint8Array, options: VerifyOptions): Promise<void> {
  const hashes = new SymbolHashes()
  const open = await openFile(file, options)
  const latents = await openLatents(file, open, options, ['pixels'], (layer) => hashes.tap(layer))
  const decoded = (await openPictures(open, options, latents)).at(-1)
  if (!decoded) throw new StrataError('INTERNAL', 'a file without layers reached verification')
  for (let top = 0; top < decoded.height; top += STRIP_ROWS) {
    const bottom = Math.min(top + STRIP_ROWS, decoded.height)
    await decoded.ensure(bottom)
    const expected = options.reconstruction[top / STRIP_ROWS] ?? new Uint8Array()
    comparePixels(expected, rgbRows(decoded.rows, top, bottom), top)
    decoded.rows.discard(bottom)
  }
  const symbols = await hashes.layers()
  for (const [layer, expected] of options.symbols.entries()) {
    if (symbols[layer] !== expected) {
      throw new StrataError(
        'VERIFY_FAILED',
        `layer ${layer}: the ${options.runtime.name} runtime decoded other symbols than were written`,
      )
    }
  }
}

function comparePixels(expected: Uint8Array, actual: Uint8Array, top: number): void {
  if (expected.length !== actual.length) {
    throw new StrataError(
      'VERIFY_FAILED',
      `rows from ${top}: expected ${expected.length} samples, got ${actual.length}`,
    )
  }
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((expected[i] as number) - (actual[i] as number))
    if (difference > PIXEL_TOLERANCE) {
      throw new StrataError(
        'VERIFY_FAILED',
        `rows from ${top}: a pixel differs by ${difference} of 255 between runtimes`,
      )
    }
  }
}
