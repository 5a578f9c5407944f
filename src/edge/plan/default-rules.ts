import type { PlanRules } from './plan.ts'

/** What an edge decides by where its options say nothing. */
export const DEFAULT_RULES: Omit<PlanRules, 'embedModels' | 'exactQuality'> = {
  defaultWidth: 1280,
  maxTranscodeWidth: 1920,
  maxEmbedWidth: 1600,
  hyperThumbnail: 'asked',
  hints: 'fill',
  // The widths of common screens and of the default ladder.
  hintWidths: [
    ...[16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1280, 1600, 1920, 2048, 2560, 3840],
  ],
  formats: ['avif', 'webp', 'jpeg'],
  allowedWidths: [],
}
