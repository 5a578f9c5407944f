import type { Point, Size } from '../../core/box.ts'
import type { RenderFormat } from '../../format/media-type.ts'
import type { RenderRequest } from '../origin/render.ts'
import type { ImageParams } from '../request/params.ts'
import { acceptedFormats, chooseFormat, type FormatRules, formatOfSize } from './format.ts'
import { type QualityRules, wantedQuality } from './quality.ts'
import type { PlanInput, RenderPlan } from './types.ts'
import { type AskedSize, allowSize, type SizeRules, type WantedWidth, wantedWidth } from './wanted-size.ts'

type RenderRules = FormatRules & QualityRules & { readonly attention?: Point | undefined }

/**
 * Decides how a picture is rendered that is not encoded yet, so that its size is not known here.
 * @throws StrataError PARAM_INVALID for a size that is not allowed, NOT_ACCEPTABLE
 */
export function planUnencoded(input: PlanInput, rules: RenderRules & SizeRules): RenderPlan {
  const wanted = wantedWidth(input.params, input.hints, rules)
  return planRender(input, rules, wanted, allowSize(input.params, wanted, rules.allowedWidths))
}

/**
 * Decides how a picture is rendered.
 * @param asked the size asked for, which is allowed
 * @param size of the picture, where it is known
 * @throws StrataError NOT_ACCEPTABLE; PARAM_INVALID where the URL names a format that cannot hold such a picture
 */
export function planRender(
  { params, hints, accepted }: PlanInput,
  rules: RenderRules,
  wanted: WantedWidth,
  asked: AskedSize,
  size?: Size,
): RenderPlan {
  const best = chooseFormat(params, accepted, rules).format
  const format = size ? formatOfSize(acceptedFormats(params, accepted, rules), size) : best
  const { quality, dependsOnSaveData } = wantedQuality(params.quality, hints.saveData, rules)
  return {
    kind: 'render',
    request: renderRequest(params, asked, format, quality, rules.attention),
    vary: dependsOnSaveData ? [...wanted.vary, 'Save-Data'] : wanted.vary,
    contentDpr: undefined,
  }
}

/** What the origin is asked for, so that its picture has the size and the frame that the edge's would have. */
export function renderRequest(
  { fit, focus: named, background }: ImageParams,
  { width, height }: AskedSize,
  format: RenderFormat,
  quality: number,
  attention: Point | undefined,
): RenderRequest {
  const isBoxed = height !== undefined
  const focus = (named === 'auto' && attention) || named
  return {
    width,
    height,
    fit,
    ...(isBoxed && fit === 'cover' && focus && { focus }),
    ...(background !== undefined && { background }),
    format,
    quality,
  }
}
