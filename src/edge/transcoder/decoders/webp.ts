import { StrataError } from '../../../core/errors.ts'
import { firstWebpFrame } from '../../../format/pictures/webp.ts'
import type { LayerInfo } from '../../../format/types.ts'
import type { PictureDecoder } from './decoder.ts'
import { createWasmDecoder, type Decoded } from './wasm-decoder.ts'

interface Library {
  decode(file: Uint8Array): Decoded | null
}

/**
 * WebP by libwebp (package @jsquash/webp): a decoder of still files, and one of the first frames of animations.
 * @param load `@jsquash/webp/codec/dec/webp_dec.wasm`, compiled
 */
export function createWebpDecoders(load: () => Promise<WebAssembly.Module>): readonly PictureDecoder[] {
  const glue = () => import('@jsquash/webp/codec/dec/webp_dec.js')
  const still = createWasmDecoder<Library>('webp', { glue, load }, (library, file) => library.decode(file))

  async function firstFrame(picture: Uint8Array, layer: LayerInfo): Promise<Uint8Array> {
    const frame = firstWebpFrame(picture)
    const { index, width, height } = layer
    if (!frame || frame.left + frame.width > width || frame.top + frame.height > height) {
      const expected = `a first frame within ${width}x${height}`
      throw new StrataError('FORMAT_INVALID', `layer ${index}: expected ${expected}, got none`)
    }
    const pixels = await still(frame.file, frame.width, frame.height)
    if (frame.width === width && frame.height === height) return pixels
    // What the frame does not cover is transparent.
    const canvas = new Uint8Array(4 * width * height)
    for (let y = 0; y < frame.height; y++) {
      const row = pixels.subarray(4 * frame.width * y, 4 * frame.width * (y + 1))
      canvas.set(row, 4 * (width * (frame.top + y) + frame.left))
    }
    return canvas
  }

  return [
    { coding: 'webp', decode: (picture, { width, height }) => still(picture, width, height) },
    { coding: 'webp-animated', decode: firstFrame },
  ]
}
