import type { Size } from '../../core/box.ts'
import { MAX_FORMAT_SIDE } from '../../core/limits/table.ts'
import { transcodable } from '../../format/choose-layer.ts'
import { hasAlpha, isLossless } from '../../format/coding.ts'
import type { PictureFormat, RenderFormat } from '../../format/media-type.ts'
import type { LayerInfo, StrataHeader } from '../../format/types.ts'
import { hiddenIn } from './embed.ts'
import { acceptedFormats, type Content, formatOfSize, isMadeHere, needsPng } from './format.ts'
import { type Frame, frameOf, isShort, withinSource } from './frame.ts'
import { chooseSource, last, snapUp, tooLarge } from './layers.ts'
import { originalFormats } from './originals.ts'
import { askedQuality } from './quality.ts'
import { renderRequest } from './render.ts'
import { planSlice, planWiderSlice } from './slice.ts'
import { planTranscode, type Wish } from './transcode.ts'
import type { PlanInput, PlannedRender, PlanRules, SlicePlan, TranscodePlan } from './types.ts'
import { allowSize, density, type WantedWidth } from './wanted-size.ts'

type PicturePlan = SlicePlan | TranscodePlan | PlannedRender

/** One request of a file whose layers are pictures. */
interface PictureWish extends Wish {
  readonly header: StrataHeader
  /** The picture as the widest layer can give it. */
  readonly frame: Frame
  /** Its size as the original can give it. */
  readonly largest: Size
}

/**
 * Decides how a picture is made of a file whose layers are pictures: a layer as it is where one fits, else one that is
 * decoded and resized, else by the origin. `Save-Data` changes nothing: such layers are small.
 * @throws StrataError as makePlan
 */
export function planPictures(
  header: StrataHeader,
  input: PlanInput,
  rules: PlanRules,
  wanted: WantedWidth,
): PicturePlan {
  const { params } = input
  const { source, layers } = header
  const asked = allowSize(params, wanted, rules.allowedWidths)
  const frame = frameOf(source, last(layers), params, asked, rules)
  const largest = frameOf(source, source, params, asked, rules).boxed.size
  const wish = { header, input, rules, wanted, asked, frame, largest }
  const isAnimated = last(layers).coding === 'webp-animated' && params.frame !== 'first'
  return isAnimated ? planAnimation(wish) : planStill(wish)
}

/** All frames, where the client and the URL let them move. */
function planAnimation(wish: PictureWish): PicturePlan {
  const { header, input, rules, wanted, frame, largest } = wish
  const { params, accepted } = input
  const still = () => planStill(wish, 'first')
  const isNamed = params.format !== 'auto' && params.format !== 'webp'
  if (isNamed || (params.ht ?? 1) !== 1) return still()
  const takesWebp = acceptedFormats(params, accepted, rules).includes('webp')
  const slice = planSlice(header.layers, input, rules, wanted, frame)
  if (takesWebp && slice && !(rules.canRender && isShort(frame, largest))) return slice
  const wider = takesWebp
    ? planWiderSlice(header.layers, input, rules, wanted, frame.isWhole, frame.boxed.size)
    : undefined
  if (!rules.canRender) return wider ?? still()
  const isWebp = takesWebp && Math.max(largest.width, largest.height) <= MAX_FORMAT_SIDE.webp
  const rendered = planRendered(wish, isWebp ? 'webp' : 'gif')
  const otherwise = wider ?? withoutRender(still())
  const request = { ...rendered.request, frames: 'all' as const }
  return { ...rendered, request, ...(otherwise && { otherwise }) }
}

/** @param frames where nobody asked for the first frame alone */
function planStill(wish: PictureWish, frames?: 'first'): PicturePlan {
  const { header, input, rules, wanted, frame, largest } = wish
  const { params, accepted } = input
  const { layers, source } = header
  const decodable = transcodable(layers)
  const widest = decodable.at(-1)
  const here = widest && frameOf(source, widest, params, wish.asked, rules)
  const embed =
    here?.isWhole && hiddenIn(decodable, here.boxed.size, params, { ...rules, hyperThumbnail: 'asked' })
  const slice = embed ? undefined : planSlice(layers, input, rules, wanted, frame)
  if (slice && !(rules.canRender && isShort(frame, largest))) return slice

  const first = frames && { frames }
  const transcode = () => ({ ...transcodeOf(wish, decodable, here as Frame, embed || undefined), ...first })
  // A layer that is too large to be decoded may still be sent as it is.
  const wider =
    here && !isShort(here, frame.boxed.size)
      ? undefined
      : planWiderSlice(layers, input, rules, wanted, frame.isWhole, frame.boxed.size)
  if (!rules.canRender) {
    if (wider) return wider
    if (here) return transcode()
    throw tooLarge()
  }
  const content = contentOf(widest ? sourceOf(decodable, here as Frame) : last(layers), input)
  const accepting = acceptedFormats(params, accepted, rules, needsPng(content, largest))
  const originals = frames ? {} : originalFormats(input, source, frame)
  const rendered = { ...planStillRender(wish, accepting), ...first, ...originals }
  const isHere = here && isMadeHere(params, accepted, rules, here.boxed.size, content)
  const otherwise = wider ?? (isHere ? transcode() : undefined)
  // Of drawings, with alpha or without, the edge's quick AVIF takes two to four times the bytes of what the origin makes.
  const isDrawn = rendered.request.format === 'avif' && rendered.request.lossless === true
  const isBetterThere = here !== undefined && (isDrawn || isShort(here, largest))
  if (!isHere || (!embed && isBetterThere)) return { ...rendered, ...(otherwise && { otherwise }) }
  const plan = transcode()
  if (embed) return plan
  const { format: made, quality } = plan.request
  return { ...plan, render: renderRequest(params, wish.asked, made, quality, rules.attention), ...originals }
}

function transcodeOf(
  wish: PictureWish,
  decodable: readonly LayerInfo[],
  here: Frame,
  embed: ReturnType<typeof hiddenIn>,
): TranscodePlan {
  const { input, rules, wanted } = wish
  const source = embed?.layer ?? sourceOf(decodable, here)
  const { background, quality } = input.params
  const placing = { ...here.placing, ...(background !== undefined && hasAlpha(source) && { background }) }
  return planTranscode(
    wish,
    { ...here, placing },
    {
      source,
      embed,
      quality: askedQuality(quality, rules),
      vary: wanted.vary,
      content: contentOf(source, input),
    },
  )
}

/**
 * A drawing is often smallest without loss at narrow widths, even where a wider layer is lossy: the origin compares.
 * @throws StrataError as formatOfSize
 */
function planStillRender(wish: PictureWish, accepting: readonly PictureFormat[]): PlannedRender {
  const format = formatOfSize(accepting, wish.largest)
  const plan = planRendered(wish, format)
  const isLossy = format === 'avif' || format === 'webp'
  if (!isLossy || !accepting.includes('webp')) return plan
  return { ...plan, request: { ...plan.request, lossless: true } }
}

/** @throws nothing: the format is chosen already */
function planRendered(
  { input, rules, wanted, asked, largest }: PictureWish,
  format: RenderFormat,
): PlannedRender {
  const { params } = input
  const quality = askedQuality(params.quality, rules)
  return {
    kind: 'render',
    request: renderRequest(params, withinSource(asked, largest), format, quality, rules.attention),
    size: largest,
    vary: wanted.vary,
    contentDpr: density(largest.width, wanted),
  }
}

/**
 * The layer that a picture is made of: the smallest that is not enlarged where it is lossless. A lossy one shows its
 * own faults unless it is half as large again, as chooseSource says.
 */
function sourceOf(layers: readonly LayerInfo[], { boxed: { shown } }: Frame): LayerInfo {
  const least = layers.find(({ width, height }) => width >= shown.width && height >= shown.height)
  const same = least && snapUp(layers, least.width)
  return same && isLossless(same) ? same : chooseSource(layers, shown)
}

function contentOf(layer: LayerInfo, { params: { background } }: PlanInput): Content {
  const isBare = background === undefined
  return { alpha: isBare && hasAlpha(layer), lossless: isBare && isLossless(layer) }
}

/** What the edge does where the origin does not answer. */
function withoutRender(plan: PicturePlan): SlicePlan | TranscodePlan | undefined {
  return plan.kind === 'render' ? plan.otherwise : plan
}
