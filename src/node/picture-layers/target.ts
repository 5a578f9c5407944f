import { defaultWidths, ladderFor, searchedLayers } from '../../format/ladder.ts'
import { defaultQuality, type QualityChoice } from '../../format/quality.ts'
import { along, type Polyline } from '../../pixels/polyline.ts'

/** One layer to be made as a picture. */
export interface PictureRung {
  readonly width: number
  /** SSIMULACRA2 that the layer must reach at least. */
  readonly target: number
}

/** Quality of COMPASS, and the mean SSIMULACRA2 of photographs at it (models/RESULTS.md; the default reaches 75). */
const COMPASS_SCORES: Polyline = [
  [1, 20],
  [25, 53],
  [40, 65],
  [57, 75],
  [70, 80],
  [82, 84],
  [92, 86],
  [100, 90],
]

/** SSIMULACRA2, and JPEG's quality that gives it on the mean: our writer at 640 on photographs of the training set. */
const JPEG_QUALITIES: Polyline = [
  [0, 1],
  [45, 25],
  [58, 40],
  [63, 50],
  [67, 60],
  [71, 70],
  [75, 75],
  [77, 80],
  [80, 85],
  [84, 90],
  [89, 95],
  [93, 99],
]

/** SSIMULACRA2 of the default quality. */
export const DEFAULT_TARGET = 75

/** The quality of a layer on JPEG's scale, 1 to 99, as the layer table holds it. */
export function qualityOfScore(score: number): number {
  return Math.round(along(JPEG_QUALITIES, score))
}

/** The SSIMULACRA2 that a quality on JPEG's scale, 1 to 99, stands for. */
export function scoreOfQuality(quality: number): number {
  const swapped: Polyline = JPEG_QUALITIES.map(([score, jpeg]) => [jpeg, score])
  return along(swapped, quality)
}

/**
 * The layers of a picture file. Without a list of its own it has the default widths, half of the source's width, which
 * screens of two densities ask for, and the source's width. Of layers of equal width only the best is kept, because a
 * picture does not build on the one below it.
 * @throws StrataError PARAM_INVALID as `ladderFor`
 */
export function pictureRungs(sourceWidth: number, widths?: string, quality?: QualityChoice): PictureRung[] {
  const target = typeof quality === 'object' ? quality.score : targetOf(quality)
  if (widths === undefined) {
    const half = Math.round(sourceWidth / 2)
    const all = new Set([...defaultWidths(sourceWidth), ...(half > 0 ? [half] : [])])
    return [...all].sort((a, b) => a - b).map((width) => ({ width, target }))
  }
  const ladder = ladderFor(sourceWidth, widths, quality)
  const searched = typeof quality === 'object' ? searchedLayers(ladder, widths) : []
  return ladder
    .map((rung, layer) => {
      const isDefault = quality === undefined && rung.quality === defaultQuality(layer)
      return {
        width: rung.width,
        target: searched.includes(layer) || isDefault ? target : targetOf(rung.quality),
      }
    })
    .filter(({ width }, layer) => width !== ladder[layer + 1]?.width)
}

function targetOf(quality: number | undefined): number {
  return quality === undefined ? DEFAULT_TARGET : along(COMPASS_SCORES, quality)
}
