import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { layerForWidth, transcodable } from '../../format/choose-layer.ts'
import type { LayerInfo } from '../../format/types.ts'

/**
 * How much wider than the picture that is sent its source should be. Pictures resized down from 1.5 times their width
 * lose the codec's own faults: some 3 dB and 10 points of SSIMULACRA2 against the layer of the same width.
 */
const BEST_SCALE = 1.5
/**
 * Pixels of the largest layer that is decoded only for the better picture: 1920 x 1440. Decoding costs in proportion to
 * its pixels, so a tall picture is made of the layer that is just wide enough.
 */
const MAX_BETTER_PIXELS = 1920 * 1440

/** The best layer of the smallest width that is at least `width`; the last layer when none is. */
export function snapUp(layers: readonly LayerInfo[], width: number): LayerInfo {
  return layers[layerForWidth(layers, width)] as LayerInfo
}

/**
 * The layers that may be decoded: of those that the transcoder takes, the ones up to `limit` in width; of those that are
 * wider, only the base layer. None where it takes none.
 */
export function decodable(layers: readonly LayerInfo[], limit: number): readonly LayerInfo[] {
  const taken = transcodable(layers)
  const within = taken.filter((layer) => layer.width <= limit)
  return within.length > 0 ? within : taken.filter(({ width }) => width === layers[0]?.width)
}

/**
 * The layer that a picture of size `shown` is made of: one that is 1.5 times as large, where there is one within the
 * limits, else the smallest that is not enlarged.
 * @param layers those that may be decoded, the widest last
 */
export function chooseSource(layers: readonly LayerInfo[], shown: Size): LayerInfo {
  const isEnough = ({ width, height }: LayerInfo, scale: number) =>
    width >= scale * shown.width && height >= scale * shown.height
  const better = layers.find((layer) => isEnough(layer, BEST_SCALE))
  const isCheap = better !== undefined && better.width * better.height <= MAX_BETTER_PIXELS
  const step = isCheap ? better : (layers.find((layer) => isEnough(layer, 1)) ?? last(layers))
  return snapUp(layers, step.width)
}

export function last(layers: readonly LayerInfo[]): LayerInfo {
  return layers[layers.length - 1] as LayerInfo
}

/** Where the transcoder takes no layer, and there is no original to make the picture of. */
export function tooLarge(): StrataError {
  return new StrataError(
    'INPUT_TOO_LARGE',
    'picture: expected a layer that can be decoded here, got larger ones',
  )
}
