/** Encoders whose qualities are on scales of their own. */
export type EncoderName = 'mozjpeg' | 'sharp-avif' | 'sharp-avif-fast' | 'sharp-webp'

/**
 * Qualities that look like JPEG's 0, 50, 60, 70, 80, 90, 100, estimated from a few photographs and not measured: a measured
 * table takes this one's place.
 */
const LOOKS_LIKE: Readonly<Record<EncoderName, readonly number[]>> = {
  mozjpeg: [0, 50, 60, 70, 80, 90, 100],
  'sharp-avif': [0, 45, 52, 58, 66, 80, 100],
  'sharp-avif-fast': [0, 47, 54, 60, 68, 82, 100],
  'sharp-webp': [0, 55, 64, 72, 82, 92, 100],
}
const SCALE = [0, 50, 60, 70, 80, 90, 100]

/** The quality of this encoder that looks like quality `q`, 1 to 100, of a JPEG. */
export function encoderQuality(name: EncoderName, q: number): number {
  const looks = LOOKS_LIKE[name]
  const above = Math.max(
    1,
    SCALE.findIndex((value) => value >= q),
  )
  const [x0, x1, y0, y1] = [SCALE[above - 1]!, SCALE[above]!, looks[above - 1]!, looks[above]!]
  return Math.max(1, Math.round(y0 + ((q - x0) / (x1 - x0)) * (y1 - y0)))
}
