import { focusText } from '../../core/parameters.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { RenderRequest } from '../origin/render.ts'
import { decisionKey } from '../transcoder/wire.ts'
import type { RenderPlan, TranscodePlan } from './types.ts'

/** Names the picture that the edge makes of a file: its key, without that of the file. */
export function pictureDecision({ request, embedModel, originals }: TranscodePlan): string {
  return decisionKey(request, embedModel) + originalsSuffix(originals)
}

/** The same of a picture that the origin makes of an original. */
export function renderDecision({ request, originals }: RenderPlan): string {
  return renderKey(request) + originalsSuffix(originals)
}

/** Clients that take the original in other formats may get another file. */
function originalsSuffix(originals: readonly PictureFormat[] = []): string {
  return originals.length === 0 ? '' : `-or.${originals.join('.')}`
}

/**
 * ETag of a picture that is made, known without decoding. Weak, because a Transcoder promises the same picture for a
 * request and not the same bytes.
 * @param decision names the picture, and how it was made where that was not as planned (making.ts)
 */
export function variantEtag(hash: string, decision: string): string {
  return `W/"${hash}.${decision}"`
}

/** Raise it when the origin would make other pictures of the same request. */
const RENDER_VERSION = 2

/** Names the picture that the origin makes of an original for this request. It holds no slash. */
function renderKey(request: RenderRequest): string {
  const { width, height, fit, focus, background, format, quality, frames, lossless } = request
  const box = `${width ?? 'auto'}x${height ?? 'auto'}`
  const around = [
    ...(height === undefined ? [] : [fit]),
    ...(focus ? [focusText(focus).replace(',', '_')] : []),
    ...(background === undefined ? [] : [background]),
  ].join('.')
  const how = `${format}-q${quality}${frames ? `-${frames}` : ''}${lossless ? '-lossless' : ''}`
  return `render-${box}${around && `-${around}`}-${how}-v${RENDER_VERSION}`
}
