import { focusText } from '../../core/parameters.ts'
import type { RenderRequest } from '../origin/render.ts'
import { decisionKey } from '../transcoder/wire.ts'
import type { TranscodePlan } from './types.ts'

/**
 * ETag of a picture that is made, known without decoding. Weak, because a Transcoder promises the same picture for a
 * request and not the same bytes.
 */
export function pictureEtag(hash: string, plan: TranscodePlan): string {
  return variantEtag(hash, decisionKey(plan.request, plan.embedModel))
}

/** The same of a picture whose decision is named already. */
export function variantEtag(hash: string, decision: string): string {
  return `W/"${hash}.${decision}"`
}

/** Raise it when the origin would make other pictures of the same request. */
const RENDER_VERSION = 1

/** Names the picture that the origin makes of an original for this request. It holds no slash. */
export function renderKey({ width, height, fit, focus, background, format, quality }: RenderRequest): string {
  const box = `${width ?? 'auto'}x${height ?? 'auto'}`
  const around = [
    ...(height === undefined ? [] : [fit]),
    ...(focus ? [focusText(focus).replace(',', '_')] : []),
    ...(background === undefined ? [] : [background]),
  ].join('.')
  return `render-${box}${around && `-${around}`}-${format}-q${quality}-v${RENDER_VERSION}`
}
