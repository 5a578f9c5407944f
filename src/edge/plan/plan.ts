/*
 * Room plan/: the decision how a request is answered, as a plain object: which layer, size, format and quality, and
 * the ETag that follows from them. Everything here is pure: no I/O, no clock, no bucket, so that the same input
 * always gives the same plan, and a table of cases tests it.
 */

import type { Size } from '../../core/box.ts'
import { holdsPictures } from '../../format/coding.ts'
import type { LayerInfo, StrataHeader } from '../../format/types.ts'
import { hiddenIn } from './embed.ts'
import { isMadeHere } from './format.ts'
import { type Frame, frameOf, isShort, withinSource } from './frame.ts'
import { chooseSource, decodable, last, snapUp, tooLarge } from './layers.ts'
import { originalFormats } from './originals.ts'
import { planPictures } from './pictures.ts'
import { wantedQuality } from './quality.ts'
import { planRender, renderRequest } from './render.ts'
import { planTranscode, type Wish } from './transcode.ts'
import type { Plan, PlanInput, PlannedRender, PlanRules, TranscodePlan } from './types.ts'
import { allowSize, density, type WantedWidth, wantedWidth } from './wanted-size.ts'

/** Pixels of the largest layer that is decoded here while the origin can render: about a second of work. */
const LONG_DECODE_PIXELS = 6_000_000

/**
 * Decides how one request is answered; says so where a picture is all that there is of an animation. A picture is as wide
 * as asked for, but never above the source's width.
 * @param frames of the original, as far as it is known
 * @throws StrataError PARAM_INVALID for an embed factor without a model, a size that is not allowed, or a format that
 * is not made at this size; NOT_ACCEPTABLE
 */
export function makePlan(header: StrataHeader, input: PlanInput, rules: PlanRules, frames = 1): Plan {
  const plan = planFor(header, input, rules)
  const isCut = frames > 1 && header.layers[0]?.coding !== 'webp-animated'
  return isCut && plan.kind !== 'truncate' && input.params.frame === undefined
    ? { ...plan, frames: 'first' }
    : plan
}

function planFor(header: StrataHeader, input: PlanInput, rules: PlanRules): Plan {
  const { params, accepted } = input
  const { format } = params
  const wanted = wantedWidth(params, input.hints, rules)
  if (format !== 'native' && !(format === 'auto' && accepted.native)) {
    return holdsPictures(header)
      ? planPictures(header, input, rules, wanted)
      : planPicture(header, input, rules, wanted)
  }
  const isWhole = format === 'native' && wanted.source === 'default'
  const layer = isWhole ? last(header.layers) : snapUp(header.layers, wanted.width)
  const contentDpr = isWhole ? undefined : density(layer.width, wanted)
  return { kind: 'truncate', layer: layer.index, length: layer.end, vary: wanted.vary, contentDpr }
}

/**
 * The edge makes the picture where it can; the origin makes what is larger than any layer that is decoded here, or too
 * large for the encoder of the format that the client likes best, or whose layer takes too long to decode.
 */
function planPicture(
  header: StrataHeader,
  input: PlanInput,
  rules: PlanRules,
  wanted: WantedWidth,
): TranscodePlan | PlannedRender {
  const { params, accepted } = input
  const layers = decodable(header.layers, rules.maxTranscodeWidth)
  const asked = allowSize(params, wanted, rules.allowedWidths)
  const { source } = header
  const widest = layers.at(-1)
  if (widest === undefined && !rules.canRender) throw tooLarge()
  const frame = frameOf(source, widest ?? source, params, asked, rules)
  const transcode = () => transcodeOf({ input, rules, wanted, asked }, layers, frame)
  if (!rules.canRender) return transcode()
  const largest = frameOf(source, source, params, asked, rules).boxed.size
  const here = frame.boxed.size
  const rendered = planRender(input, rules, wanted, withinSource(asked, largest), largest)
  const originals = originalFormats(input, source, frame)
  const whole = { ...rendered, size: largest, contentDpr: density(largest.width, wanted), ...originals }
  if (widest === undefined || !isMadeHere(params, accepted, rules, here)) return whole
  const plan = transcode()
  const { layer, format, quality, ht } = plan.request
  if (ht !== 1) return plan
  const { width, height } = header.layers[layer] as Size
  const isSecondBest = format !== rendered.request.format
  if (isSecondBest || isShort(frame, largest) || width * height > LONG_DECODE_PIXELS)
    return { ...whole, otherwise: plan }
  const render = renderRequest(params, asked, format, quality, rules.attention)
  return { ...plan, render, ...originals }
}

/** The picture of one layer; `Save-Data` lowers its quality where the URL names none. */
function transcodeOf(wish: Wish, layers: readonly LayerInfo[], frame: Frame): TranscodePlan {
  const { params, hints } = wish.input
  const { size, shown } = frame.boxed
  const embed = frame.isWhole ? hiddenIn(layers, size, params, wish.rules) : undefined
  const source = embed?.layer ?? chooseSource(layers, shown)
  const { quality, dependsOnSaveData } = wantedQuality(params.quality, hints.saveData, wish.rules)
  const { vary } = wish.wanted
  return planTranscode(wish, frame, {
    source,
    embed,
    quality,
    vary: dependsOnSaveData ? [...vary, 'Save-Data'] : vary,
  })
}
