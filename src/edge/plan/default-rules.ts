import { DEFAULT_WIDTH, SCREEN_WIDTHS } from '../../format/widths.ts'
import type { PlanRules } from './types.ts'

/** What an edge decides by where its options say nothing. */
export const DEFAULT_RULES: Omit<PlanRules, 'embedModels' | 'exactQuality' | 'canRender' | 'attention'> = {
  defaultWidth: DEFAULT_WIDTH,
  maxTranscodeWidth: 1920,
  maxEmbedWidth: 1600,
  hyperThumbnail: 'asked',
  hints: 'fill',
  // Of icons, thumbnails and screens.
  hintWidths: [16, 32, 48, 64, 96, 128, 256, ...SCREEN_WIDTHS],
  formats: ['avif', 'webp', 'jpeg'],
  allowedWidths: [],
}
