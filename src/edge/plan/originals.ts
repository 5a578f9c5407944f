import type { Size } from '../../core/box.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { Frame } from './frame.ts'
import type { PlanInput } from './types.ts'

/**
 * Where a picture shows the whole source at its own size, it is no larger than the original: the formats in which the client
 * takes that in its place. A URL that names a format, a background or hidden detail asks for something else.
 */
export function originalFormats(
  { params, accepted: { weights, png } }: PlanInput,
  source: Size,
  { isWhole, boxed: { size } }: Frame,
): { readonly originals?: readonly PictureFormat[] } {
  const isSource = isWhole && size.width === source.width && size.height === source.height
  const { format, background, ht = 1 } = params
  if (!isSource || format !== 'auto' || background !== undefined || ht !== 1) return {}
  const taken = { jpeg: (weights.jpeg ?? 0) > 0, png, webp: (weights.webp ?? 0) > 0 }
  const originals = (['jpeg', 'png', 'webp'] as const).filter((name) => taken[name])
  return originals.length > 0 ? { originals } : {}
}
