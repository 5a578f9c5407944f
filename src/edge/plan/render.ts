import type { PictureFormat } from '../../format/media-type.ts'
import type { RenderRequest } from '../origin/render.ts'
import type { Acceptance } from '../request/accept.ts'
import type { ClientHints } from '../request/hints.ts'
import type { ImageParams } from '../request/params.ts'
import { chooseFormat, type FormatRules } from './format.ts'
import { type QualityRules, wantedQuality } from './quality.ts'
import { allowSize, type SizeRules, wantedWidth } from './wanted-size.ts'

/** Have the origin make the picture from the original. */
export interface RenderPlan {
  readonly kind: 'render'
  readonly request: RenderRequest
  /** Request headers that the decision depends on. */
  readonly vary: readonly string[]
  /** As that of every plan; undefined where the size of the original is not known. */
  readonly contentDpr: number | undefined
}

type RenderRules = SizeRules & FormatRules & QualityRules

/**
 * Decides how a picture is rendered whose size is not known here, because it is not encoded yet.
 * @throws StrataError PARAM_INVALID for a size that is not allowed, NOT_ACCEPTABLE
 */
export function planRender(
  {
    params,
    hints,
    accepted,
  }: { readonly params: ImageParams; readonly hints: ClientHints; readonly accepted: Acceptance },
  rules: RenderRules,
): RenderPlan {
  const wanted = wantedWidth(params, hints, rules)
  const asked = allowSize(params, wanted, rules.allowedWidths)
  const { format } = chooseFormat(params, accepted, rules)
  const { quality, dependsOnSaveData } = wantedQuality(params.quality, hints.saveData, 1, rules)
  return {
    kind: 'render',
    request: renderRequest(params, asked, format, quality),
    vary: [
      ...(params.format === 'auto' ? ['Accept'] : []),
      ...wanted.vary,
      ...(dependsOnSaveData ? ['Save-Data'] : []),
    ],
    contentDpr: undefined,
  }
}

/** What the origin is asked for, so that its picture has the size and the frame that the edge's would have. */
export function renderRequest(
  { height, fit, focus, background }: ImageParams,
  asked: { readonly width: number; readonly height: number },
  format: PictureFormat,
  quality: number,
): RenderRequest {
  const isBoxed = height !== undefined
  return {
    width: asked.width,
    height: isBoxed ? asked.height : undefined,
    fit,
    ...(isBoxed && fit === 'cover' && focus && { focus }),
    ...(background !== undefined && { background }),
    format,
    quality,
  }
}
