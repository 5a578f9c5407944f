import type { Focus } from '../../core/box.ts'
import { parseRgb } from '../../core/colour.ts'
import type { ImageParams } from './params.ts'

/*
 * What an unsigned URL may name is rounded to steps, so that nobody can ask for any number of variants of a picture: those of
 * `q` stand in plan/quality.ts.
 */

/** Of each axis: a twentieth of a picture is hardly seen in what is cut off. */
const FOCUS_STEPS = 20

/**
 * Of a channel of `bg`: 31 levels, 8.5 apart, so that a colour changes by 4 of 255 at most. Every `rgb` of three digits is among
 * them.
 */
const COLOUR_STEPS = 30

/**
 * The parameters in steps, but for values that the preset of the URL names: there are only so many of those. A point in the
 * centre is no point, so that both share a variant.
 * @param listed the parameters of the preset
 */
export function inSteps(params: ImageParams, listed: Partial<ImageParams> = {}): ImageParams {
  const { focus, background } = params
  const isListed = focus !== undefined && isSame(focus, listed.focus)
  return {
    ...params,
    focus: isListed ? focus : stepOf(focus),
    background:
      background === undefined || background === listed.background ? background : nearColour(background),
  }
}

function stepOf(focus: Focus | undefined): Focus | undefined {
  if (focus === undefined || focus === 'auto') return focus
  const [x, y] = [focus.x, focus.y].map((part) => Math.round(part * FOCUS_STEPS) / FOCUS_STEPS)
  return x === 0.5 && y === 0.5 ? undefined : { x: x ?? 0, y: y ?? 0 }
}

/** @param digits rrggbb; greys, which pages have most, stay as they are */
function nearColour(digits: string): string {
  const channels = parseRgb(digits)
  if (channels.every((channel) => channel === channels[0])) return digits
  const level = (channel: number) =>
    Math.round((Math.round((channel / 255) * COLOUR_STEPS) * 255) / COLOUR_STEPS)
  return channels.map((channel) => level(channel).toString(16).padStart(2, '0')).join('')
}

function isSame(focus: Focus, other: Focus | undefined): boolean {
  if (other === undefined || focus === 'auto' || other === 'auto') return focus === other
  return focus.x === other.x && focus.y === other.y
}
