import { needsFullChroma } from '../../../pixels/chroma-loss.ts'
import { encoderQuality } from '../../../pixels/encoder-quality.ts'
import type { EncodeTarget, PictureEncoder } from './encoder.ts'
import { createWasmEncoder } from './wasm-encoder.ts'

/** As the package numbers them. */
const SUBSAMPLING = { '420': 1, '444': 3 } as const

/** Pixels up to which 4:4:4 has the room: it takes 51 bytes a pixel of WebAssembly memory, 4:2:0 takes 37. */
const MAX_FULL_CHROMA_PIXELS = 1.1e6

/** Bytes: what the largest pictures take. */
const KEPT_MEMORY = 58 * 1024 * 1024

/** All fields are required by the binding. */
const SETTINGS = {
  qualityAlpha: -1,
  denoiseLevel: 0,
  tileColsLog2: 0,
  tileRowsLog2: 0,
  // libaom's fastest. At 8 some decoded layers take twice the bytes; 7 takes 15 to 30 % fewer, and three to six times as long.
  speed: 9,
  chromaDeltaQ: false,
  sharpness: 0,
  tune: 0,
  enableSharpYUV: false,
  bitDepth: 8,
  lossless: false,
}

/**
 * AVIF by libaom on one thread (package @jsquash/avif): 4:2:0, or 4:4:4 where the picture has edges of colour that 4:2:0
 * would smear, up to a size.
 * @param load `@jsquash/avif/codec/enc/avif_enc.wasm`, compiled
 * @param settingOf libavif's quality, a whole number to 100, for a quality on JPEG's scale
 */
export function createAvifEncoder(
  load: () => Promise<WebAssembly.Module>,
  settingOf = (quality: number): number => encoderQuality('edge-avif', quality),
): PictureEncoder {
  return createWasmEncoder({
    format: 'avif',
    glue: () => import('@jsquash/avif/codec/enc/avif_enc.js'),
    load,
    keptMemory: KEPT_MEMORY,
    settings: (target, rgba) => ({
      ...SETTINGS,
      subsample: SUBSAMPLING[subsamplingFor(target, rgba)],
      quality: settingOf(target.quality),
    }),
  })
}

function subsamplingFor({ width, height }: EncodeTarget, rgba: Uint8Array): keyof typeof SUBSAMPLING {
  if (width * height > MAX_FULL_CHROMA_PIXELS) return '420'
  return needsFullChroma(rgba, 4, width, height) ? '444' : '420'
}
