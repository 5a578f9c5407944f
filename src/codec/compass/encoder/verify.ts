import { hex } from '../../../core/bytes.ts'
import { StrataError } from '../../../core/errors.ts'
import { sha256 } from '../../../core/hash.ts'
import { STRIP_ROWS } from '../../../format/layout.ts'
import type { Runtime } from '../../../runtime/types.ts'
import { openFile, openLatents, openPictures } from '../decoder/layer-chain.ts'
import { SymbolHashes } from '../latents/symbol-hashes.ts'

interface VerifyOptions {
  readonly runtime: Runtime
  /** Hashes of the symbols that the encoder wrote, by layer (`SymbolHashes.layers()`). */
  readonly symbols: readonly string[]
  /** SHA-256 of each strip of the encoder's reconstruction of the top layer, 8-bit RGB. */
  readonly reconstruction: readonly Uint8Array[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Decodes the file as a client does, and compares the symbols of every layer and the pixels of the top layer, which depend
 * on all layers below. Decoding is exact, so nothing may differ.
 * @throws StrataError VERIFY_FAILED
 */
export async function verifyFile(file: Uint8Array, options: VerifyOptions): Promise<void> {
  const hashes = new SymbolHashes()
  const open = await openFile(file, options)
  const latents = await openLatents(file, open, options, ['pixels'], { tap: (layer) => hashes.tap(layer) })
  const decoded = (await openPictures(open, options, latents)).at(-1)
  if (!decoded) throw new StrataError('INTERNAL', 'verifyFile: expected a file with layers')
  for (let top = 0; top < decoded.height; top += STRIP_ROWS) {
    const bottom = Math.min(top + STRIP_ROWS, decoded.height)
    await decoded.ensure(bottom)
    const digest = await sha256(decoded.rgb(top, bottom))
    if (hex(digest) !== hex(options.reconstruction[top / STRIP_ROWS] ?? new Uint8Array())) {
      throw new StrataError('VERIFY_FAILED', `rows from ${top}: the decoded pixels differ from the encoder's`)
    }
    decoded.rows.discard(bottom)
  }
  const symbols = await hashes.layers()
  for (const [layer, expected] of options.symbols.entries()) {
    if (symbols[layer] !== expected) {
      throw new StrataError(
        'VERIFY_FAILED',
        `layer ${layer}: the ${options.runtime.name} runtime decoded symbols that differ from the encoder's`,
      )
    }
  }
}
