import type { RenderRequest } from '../origin/render.ts'
import type { Plan } from './types.ts'

/** Value of the `Strata-Plan` response header. */
export function planLabel(plan: Plan): string {
  if (plan.kind === 'truncate') return `truncate;layer=${plan.layer}`
  if (plan.kind === 'slice') return `slice;layer=${plan.layer};f=${plan.format}`
  if (plan.kind === 'render') return renderLabel(plan.request)
  const { layer, width, format, ht } = plan.request
  return `transcode;layer=${layer};w=${width};f=${format}${ht === 1 ? '' : `;ht=${ht}`}`
}

/** The same for a picture that the origin makes. @param width of the picture, where it is known */
export function renderLabel({ width, format }: RenderRequest, delivered = width): string {
  return `render;w=${delivered === undefined ? 'auto' : Math.round(delivered)};f=${format}`
}

/** The same for an original that is sent in place of a picture, because it is smaller. */
export function originalLabel(type: string): string {
  return `original;f=${type.replace('image/', '')}`
}
