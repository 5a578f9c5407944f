import type { Decoder } from '../decoder.ts'
import type { CanvasBudget } from './canvas-budget.ts'

/** Options and services that all pictures of a page share. */
export interface PictureOptions {
  readonly decoder: Decoder
  readonly budget: CanvasBudget
  readonly replace: 'later' | 'always'
  readonly saveData: boolean
  readonly offlineZoom: boolean
  /** Called when a plain file is shown. */
  readonly onPlain: () => void
}
