import type { Size } from '../../core/box.ts'
import { invalidParam } from '../../core/errors.ts'
import type { TranscodeRequest } from './transcoder.ts'

/**
 * The size in which a layer is hidden: its own where that is a multiple of the thumbnail's, up to what rounding a ladder
 * leaves; else the multiple.
 */
export function hiddenSize(layer: Size, low: Size, factor: number): Size {
  const isNear = (side: number, lowSide: number) => Math.abs(side - factor * lowSide) <= factor
  if (isNear(layer.width, low.width) && isNear(layer.height, low.height)) {
    return { width: layer.width, height: layer.height }
  }
  return { width: factor * low.width, height: factor * low.height }
}

/**
 * The layer must not be enlarged, and only a crop or bars may change its proportions.
 * @throws StrataError PARAM_INVALID
 */
export function checkRequestedSize(request: TranscodeRequest, layer: Size): void {
  const { width, height, fit, background, ht } = request
  if (fit !== undefined && ht !== 1) throw invalidParam('ht', '1 with fit', ht)
  if (fit === 'contain' && background !== undefined) return
  const high = ht === 1 ? request : hiddenSize(layer, request, ht)
  const isProportional =
    fit === 'cover' || Math.abs(height * layer.width - width * layer.height) <= layer.width + layer.height
  if (isProportional && high.width <= layer.width && high.height <= layer.height) return
  const most = `${Math.ceil(layer.width / ht)}x${Math.ceil(layer.height / ht)}`
  throw invalidParam('w and h', `at most ${most}, in its proportions`, `${width}x${height}`)
}
