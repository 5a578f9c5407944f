export type EncoderName = 'edge-avif' | 'edge-webp'

/**
 * The setting of an encoder at which its pictures look as good as our JPEG writer's at this quality. A guess until the
 * benchmark's table is here.
 * @param quality 1 to 100
 */
export function encoderQuality(encoder: EncoderName, quality: number): number {
  return encoder === 'edge-avif' ? Math.max(1, Math.round(quality * 0.8)) : quality
}
