import type { RgbImage } from '../src/core/image.ts'

export * from '../src/bench/pictures/formula.ts'

/** Peak signal-to-noise ratio over all channels, in dB; Infinity for equal pictures. */
export function psnr(a: RgbImage, b: RgbImage): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error('psnr: the pictures differ in size')
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.data.length) / sum)
}
