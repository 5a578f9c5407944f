import type { LayerInfo } from '../../format/types.ts'
import type { Fit } from '../request/params.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** The box that the URL asks for, in device pixels. */
interface Box extends Size {
  readonly fit: Fit
  /** Whether a contained picture is padded to the whole box. */
  readonly padded: boolean
}

export interface BoxedSize {
  /** The layer to decode: the smallest that is not enlarged. */
  readonly layer: LayerInfo
  /** Size of the JPEG in pixels. */
  readonly size: Size
  /** Delivered pixels per pixel asked for: below 1 where the box is larger than the picture. */
  readonly scale: number
}

/**
 * Fits a picture into a box without enlarging it. A box that is too large shrinks in its own proportions, so that a
 * page which scales the JPEG up again looks the same on every screen.
 * @param layers the layers that may be decoded, the widest last
 * @param maxSide longest side of a padded box in pixels, which no layer bounds
 */
export function fitBox(source: Size, layers: readonly LayerInfo[], box: Box, maxSide: number): BoxedSize {
  const largest = layers[layers.length - 1] as LayerInfo
  const { scale, shown, size } =
    box.fit === 'cover' ? cover(largest, box) : contain(source, largest, box, maxSide)
  const isEnough = ({ width, height }: LayerInfo) => width >= shown.width && height >= shown.height
  const step = layers.find(isEnough) ?? largest
  const layer = layers.findLast(({ width }) => width === step.width) ?? step
  return { layer, size, scale }
}

function cover(largest: Size, box: Box) {
  const scale = Math.min(1, largest.width / box.width, largest.height / box.height)
  const size = rounded(box, scale)
  return { scale, shown: size, size }
}

function contain(source: Size, largest: Size, box: Box, maxSide: number) {
  const limit = box.padded ? Math.min(1, maxSide / box.width, maxSide / box.height) : 1
  const fitting = Math.min(box.width, (source.width * box.height) / source.height)
  const width = Math.min(fitting * limit, largest.width)
  const scale = width / fitting
  // Rounded as a ladder rounds heights, so that a box of a layer's size gives that layer.
  const wanted = rounded({ width, height: (source.height * width) / source.width }, 1)
  const shown = { width: wanted.width, height: Math.min(wanted.height, largest.height) }
  if (!box.padded) return { scale, shown, size: shown }
  const whole = rounded(box, scale)
  const size = { width: Math.max(whole.width, shown.width), height: Math.max(whole.height, shown.height) }
  return { scale, shown, size }
}

function rounded({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
