import type { PictureDecoder } from './decoder.ts'
import { createWasmDecoder, type Decoded } from './wasm-decoder.ts'

interface Library {
  decode(file: Uint8Array, bitDepth: 8): Decoded | null
}

/**
 * AVIF by libavif on one thread (package @jsquash/avif).
 * @param load `@jsquash/avif/codec/dec/avif_dec.wasm`, compiled
 */
export function createAvifDecoder(load: () => Promise<WebAssembly.Module>): PictureDecoder {
  const glue = () => import('@jsquash/avif/codec/dec/avif_dec.js')
  const decode = createWasmDecoder<Library>('avif', { glue, load }, (library, file) =>
    library.decode(file, 8),
  )
  return { coding: 'avif', decode: (picture, { width, height }) => decode(picture, width, height) }
}
