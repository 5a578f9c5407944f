/** Encoders whose setting follows from a quality: those of the transcoder Worker, and sharp's, which the origin uses. */
export const ENCODERS = ['edge-avif', 'edge-webp', 'avif-0', 'avif-4', 'webp', 'mozjpeg'] as const
export type EncoderName = (typeof ENCODERS)[number]

/** How finely an encoder takes its setting. */
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

/** Settings by quality. */
const SETTINGS: Readonly<Record<EncoderName, readonly number[]>> = {
  'edge-avif': TABLE_QUALITIES,
  'edge-webp': TABLE_QUALITIES,
  'avif-0': TABLE_QUALITIES,
  'avif-4': TABLE_QUALITIES,
  webp: TABLE_QUALITIES,
  mozjpeg: TABLE_QUALITIES,
}

/**
 * The setting of an encoder at which photographs look, on the mean, as good as our JPEG writer's at this quality.
 * @param quality 1 to 100
 * @returns a setting that the encoder takes; it never falls as the quality rises
 */
export function encoderQuality(encoder: EncoderName, quality: number): number {
  const settings = SETTINGS[encoder]
  const step = SETTING_STEPS[encoder]
  // Below the first column the way leads to 0, so that every quality has a setting.
  const at = Math.min(Math.max(quality, 1), 100) / 5
  const column = Math.floor(at)
  const below = column === 0 ? 0 : settings[column - 1]!
  const above = settings[Math.min(column, settings.length - 1)]!
  const setting = below + (at - column) * (above - below)
  return Math.max(1, Math.round(setting / step) * step)
}
