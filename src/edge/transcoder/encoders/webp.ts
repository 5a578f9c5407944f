import { needsFittedChroma } from '../../../pixels/chroma-loss.ts'
import { encoderQuality } from '../../../pixels/encoder-quality.ts'
import type { PictureEncoder } from './encoder.ts'
import { createWasmEncoder } from './wasm-encoder.ts'

/** Bytes: 1.3 megapixels of a photograph take them. */
const KEPT_MEMORY = 24 * 1024 * 1024

/** libwebp's WebPConfig; all fields are required by the binding. */
const SETTINGS = {
  target_size: 0,
  target_PSNR: 0,
  // Method 2 takes half the time, and 8 to 13 % more bytes at SSIMULACRA2 78.
  method: 4,
  sns_strength: 50,
  filter_strength: 60,
  filter_sharpness: 0,
  filter_type: 1,
  partitions: 0,
  segments: 4,
  pass: 1,
  show_compressed: 0,
  // Pseudo-random dithering, against banding: for equal SSIMULACRA2 10 to 3 % fewer bytes at 320 pixels, as many at 640.
  preprocessing: 2,
  autofilter: 0,
  partition_limit: 0,
  alpha_compression: 1,
  alpha_filtering: 1,
  alpha_quality: 100,
  lossless: 0,
  exact: 0,
  image_hint: 0,
  emulate_jpeg_size: 0,
  thread_level: 0,
  low_memory: 0,
  near_lossless: 100,
  use_delta_palette: 0,
}

/**
 * Lossy WebP by libwebp with SIMD (package @jsquash/webp). Its 4:2:0 is fitted to edges of colour where there are some.
 * @param load `@jsquash/webp/codec/enc/webp_enc_simd.wasm`, compiled
 * @param settingOf libwebp's quality, up to 100, for a quality on JPEG's scale
 */
export function createWebpEncoder(
  load: () => Promise<WebAssembly.Module>,
  settingOf = (quality: number): number => encoderQuality('edge-webp', quality),
): PictureEncoder {
  return createWasmEncoder({
    format: 'webp',
    glue: () => import('@jsquash/webp/codec/enc/webp_enc_simd.js'),
    load,
    keptMemory: KEPT_MEMORY,
    settings: ({ width, height, quality }, rgba) => ({
      ...SETTINGS,
      use_sharp_yuv: needsFittedChroma(rgba, 4, width, height) ? 1 : 0,
      quality: settingOf(quality),
    }),
  })
}
