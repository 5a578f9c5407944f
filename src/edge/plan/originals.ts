import type { Size } from '../../core/box.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { Frame } from './frame.ts'
import type { PlanInput } from './types.ts'

/** Formats of originals that are sent without their metadata. */
const FORMATS = ['jpeg', 'png', 'webp'] as const

/**
 * Where a picture shows the whole source at its own size, it is no larger than the original: the formats in which the client
 * takes that in its place: those of its `Accept`, or the one that the URL names. A URL that names a background or hidden detail
 * asks for something else.
 */
export function originalFormats(
  { params, accepted: { weights, png } }: PlanInput,
  source: Size,
  { isWhole, boxed: { size } }: Frame,
): { readonly originals?: readonly PictureFormat[] } {
  const isSource = isWhole && size.width === source.width && size.height === source.height
  const { format, background, ht = 1 } = params
  if (!isSource || background !== undefined || ht !== 1) return {}
  const taken = { jpeg: (weights.jpeg ?? 0) > 0, png, webp: (weights.webp ?? 0) > 0 }
  const originals = FORMATS.filter((name) => (format === 'auto' ? taken[name] : name === format))
  return originals.length > 0 ? { originals } : {}
}
