import { mediaTypeOf } from '../../format/media-type.ts'
import type { Plan } from './types.ts'

/** Value of the `Strata-Plan` response header. */
export function planLabel(plan: Plan): string {
  if (plan.kind === 'truncate') return `truncate;layer=${plan.layer}`
  if (plan.kind === 'slice') return `slice;layer=${plan.layer};f=${plan.format}`
  if (plan.kind === 'render') return renderLabel(plan.request.width, mediaTypeOf(plan.request.format))
  const { layer, width, format, ht } = plan.request
  return `transcode;layer=${layer};w=${width};f=${format}${ht === 1 ? '' : `;ht=${ht}`}`
}

/** The same for a picture that the origin makes. @param width of the picture, or the one asked for; undefined: the original's */
export function renderLabel(width: number | undefined, type: string): string {
  return `render;w=${width === undefined ? 'auto' : Math.round(width)};f=${formatOf(type)}`
}

/** The same for an original that is sent in place of a picture, because it is smaller. */
export function originalLabel(type: string): string {
  return `original;f=${formatOf(type)}`
}

function formatOf(type: string): string {
  return type.replace('image/', '')
}
