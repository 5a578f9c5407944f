/**
 * Encoders with a setting for each quality: those of the transcoder Worker (`edge-…`), and sharp's, which the origin
 * uses.
 */
export const ENCODERS = ['edge-avif', 'edge-webp', 'avif-0', 'avif-4', 'webp', 'mozjpeg'] as const
export type EncoderName = (typeof ENCODERS)[number]

/** Step between two settings that an encoder distinguishes. */
export const SETTING_STEPS: Readonly<Record<EncoderName, number>> = {
  'edge-avif': 1,
  'edge-webp': 0.5,
  'avif-0': 1,
  'avif-4': 1,
  webp: 1,
  mozjpeg: 1,
}

/** The qualities of the table's columns: 5, 10, … 100. */
export const TABLE_QUALITIES: readonly number[] = Array.from({ length: 20 }, (_, i) => 5 * (i + 1))

/**
 * Settings by quality, at which an encoder has the mean SSIMULACRA2 of our JPEG writer. Measured by `strata bench
 * encoders --widths 640` on eight photographs that no model was trained on; avif-4 by `--widths 448`, where the
 * settings of avif-0 are within 2 of those in this table from quality 40 on.
 */
const SETTINGS: Readonly<Record<EncoderName, readonly number[]>> = {
  'edge-avif': [1, 9, 27, 35, 39, 46, 48, 52, 55, 57, 58, 61, 67, 70, 75, 78, 82, 89, 96, 99],
  'edge-webp': [1, 1, 4, 12.5, 19, 32, 36, 45.5, 52.5, 58.5, 62, 69, 77, 80, 83.5, 86.5, 89.5, 94, 100, 100],
  'avif-0': [1, 1, 12, 22, 26, 35, 37, 41, 44, 46, 47, 49, 54, 58, 63, 67, 73, 82, 95, 99],
  'avif-4': [1, 1, 8, 17, 22, 28, 30, 35, 38, 40, 41, 43, 48, 52, 57, 61, 67, 78, 89, 97],
  webp: [1, 1, 4, 13, 20, 31, 36, 46, 52, 58, 61, 68, 77, 80, 84, 86, 89, 94, 100, 100],
  mozjpeg: [6, 10, 17, 23, 26, 35, 39, 46, 51, 56, 59, 63, 69, 73, 77, 82, 87, 91, 96, 99],
}

/**
 * The setting of an encoder at which photographs have, on average, the SSIMULACRA2 of our JPEGs of this quality.
 * @param quality 1 to 100
 * @returns a multiple of the encoder's step; it never falls as the quality rises
 */
export function encoderQuality(encoder: EncoderName, quality: number): number {
  const settings = SETTINGS[encoder]
  const step = SETTING_STEPS[encoder]
  // Below the first column, interpolate towards 0, so that every quality has a setting.
  const at = Math.min(Math.max(quality, 1), 100) / 5
  const column = Math.floor(at)
  const below = column === 0 ? 0 : settings[column - 1]!
  const above = settings[Math.min(column, settings.length - 1)]!
  const setting = below + (at - column) * (above - below)
  return Math.max(1, Math.round(setting / step) * step)
}
