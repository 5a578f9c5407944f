import { holdsPictures, pictureFormatOf } from '../../format/coding.ts'
import { mediaTypeOf, type PictureFormat } from '../../format/media-type.ts'
import type { LayerInfo, StrataHeader } from '../../format/types.ts'
import { chooseLayer, type LayerSize } from '../plan.ts'
import type { Wanted } from './wanted.ts'

/** How stored layers answer a request. */
export type Choice =
  /** A layer that is a picture file is sent as it is. */
  | { readonly kind: 'slice'; readonly layer: LayerInfo; readonly format: PictureFormat }
  /** A layer is decoded, and resized to this size if it has another. */
  | ({ readonly kind: 'decode'; readonly layer: LayerInfo } & LayerSize)

export interface HeldFile {
  readonly header: StrataHeader
  /** Layers that are stored completely: at least one. */
  readonly layers: readonly LayerInfo[]
}

/** Pixels above which a picture that is too small is not enlarged here but by the browser. */
const MAX_ENLARGED_PIXELS = 4e6

/**
 * Chooses the layer for the picture that the edge would send: exactly as wide, but never wider than the source.
 * @param accept the request's `Accept`
 * @param isAny whether any layer is good enough, because the browser is offline
 * @returns undefined when the stored layers are too small, or of a format that was not requested
 */
export function choose(file: HeldFile, wanted: Wanted, accept: string, isAny: boolean): Choice | undefined {
  const { header, layers } = file
  const asked = wanted.width ?? (isAny ? layers.at(-1)?.width : undefined)
  if (asked === undefined) return undefined
  const width = Math.min(asked, header.source.width)
  const height = Math.max(1, Math.round((header.source.height * width) / header.source.width))
  if (holdsPictures(header)) return slice(layers, { width, height }, wanted, accept, isAny)
  const isEnough = layers.some((layer) => layer.width >= width)
  if (!isEnough && !isAny) return undefined
  const layer = layers[chooseLayer(layers, width)]!
  const isOwnSize = layer.width === width || (!isEnough && width * height > MAX_ENLARGED_PIXELS)
  const size = isOwnSize ? { width: layer.width, height: layer.height } : { width, height }
  return { kind: 'decode', layer, ...size }
}

/** Chooses a slice as the edge does, if size, format and quality fit. Offline every size and quality fits. */
function slice(
  layers: readonly LayerInfo[],
  { width, height }: LayerSize,
  { format, hasQuality }: Wanted,
  accept: string,
  isAny: boolean,
): Choice | undefined {
  const sent = layers.filter(({ coding }) => {
    const own = pictureFormatOf(coding) ?? 'jpeg'
    return (
      (isAny || format === 'auto' || format === own) && (own === 'png' || accept.includes(mediaTypeOf(own)))
    )
  })
  const exact = hasQuality
    ? undefined
    : sent.findLast((layer) => layer.width === width && layer.height === height)
  const layer = exact ?? (isAny && sent.length > 0 ? sent[chooseLayer(sent, width)] : undefined)
  const own = layer && pictureFormatOf(layer.coding)
  return layer && own && { kind: 'slice', layer, format: own }
}
