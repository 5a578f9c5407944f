import { GLYPH_HEIGHT, GLYPH_WIDTH, inked } from '../../../pixels/glyphs.ts'
import { blend, clamp, rgb, scale, smoothstep } from './canvas.ts'
import type { Relief } from './relief.ts'
import { turnedNoise } from './slope-noise.ts'

const ENAMEL = rgb(0x123f73)
const LETTERS = rgb(0xf1ede2)
const RUST = rgb(0x6b3416)
const IRON = rgb(0x2b2320)

/** Lines of the sign: text, its middle and the height of its letters, as parts of the sign's height. */
const LINES = [
  ['STRATA', 0.38, 0.27],
  ['ONE FILE - EVERY SIZE', 0.69, 0.075],
  ['EST. 2026', 0.84, 0.06],
] as const

/** An enamel plate with text, chipped and rusty at its edge, on four screws. */
export function paintSign(relief: Relief): void {
  const { width, height, depth, albedo, gloss } = relief
  const [left, top, right, bottom] = [0.3 * width, 0.22 * height, 0.8 * width, 0.66 * height]
  const lettersAt = LINES.map(([text, middle, size]) =>
    lettering(text, right - left, bottom - top, middle, size),
  )
  const rounding = 0.03 * width
  for (let y = Math.floor(top); y < bottom; y++) {
    for (let x = Math.floor(left); x < right; x++) {
      const edge = roundedEdge(x, y, left, top, right, bottom, rounding)
      if (edge <= 0) continue
      const i = y * width + x
      const wear = turnedNoise(x / 34, y / 34, 5, 231)
      const nearEdge = Math.exp(-edge / (0.02 * width))
      const chipped = smoothstep(0.725, 0.75, wear + 0.2 * nearEdge)
      const rusty = smoothstep(0.6, 0.75, wear + 0.2 * nearEdge)
      const ring = smoothstep(2, 0, Math.abs(edge - 0.014 * width) - 0.0022 * width)
      const ink = Math.max(ring, ...lettersAt.map((covers) => covers(x - left, y - top)))
      const dirt = turnedNoise(x / 70, y / 30, 5, 232)
      let colour = scale(blend(ENAMEL, LETTERS, ink), 0.75 + 0.4 * dirt)
      colour = blend(colour, RUST, 0.55 * rusty)
      colour = blend(colour, scale(blend(RUST, IRON, dirt), 0.5 + turnedNoise(x / 4, y / 4, 3, 233)), chipped)
      albedo.set(colour, 3 * i)
      const dent = 3 * turnedNoise(x / 190, y / 190, 2, 234)
      depth[i] =
        26 +
        dent +
        3 * smoothstep(0, 7, edge) -
        1.8 * chipped +
        0.7 * ink +
        (chipped ? turnedNoise(x / 3, y / 3, 2, 235) : 0)
      gloss[i] = 0.5 * (1 - chipped) * (1 - 0.6 * rusty)
    }
  }
  const inset = 0.034 * width
  for (const x of [left + inset, right - inset]) {
    for (const y of [top + inset, bottom - inset]) paintScrew(relief, x, y, 0.008 * width)
  }
}

/** Distance to the edge of a rounded rectangle, in pixels; negative outside. */
function roundedEdge(
  x: number,
  y: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
  rounding: number,
): number {
  const outX = Math.abs(x - (left + right) / 2) - (right - left) / 2 + rounding
  const outY = Math.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + rounding
  return rounding - Math.hypot(Math.max(outX, 0), Math.max(outY, 0)) - Math.min(Math.max(outX, outY), 0)
}

/** A line of text, centred; strokes with round ends along the pixels of the glyphs. @returns how much ink a pixel has */
function lettering(
  text: string,
  width: number,
  height: number,
  middle: number,
  size: number,
): (x: number, y: number) => number {
  const unit = (size * height) / GLYPH_HEIGHT
  const left = (width - unit * (text.length * (GLYPH_WIDTH + 1) - 1)) / 2
  const top = middle * height - (unit * GLYPH_HEIGHT) / 2
  return (x, y) => {
    const [u, v] = [(x - left) / unit - 0.5, (y - top) / unit - 0.5]
    if (v < -1 || v > GLYPH_HEIGHT || u < -1) return 0
    return smoothstep(0.62, 0.62 - 1.6 / unit, distanceToStroke(text, u, v))
  }
}

/** In glyph pixels: to the nearest line between two inked pixels that touch. */
function distanceToStroke(text: string, u: number, v: number): number {
  let nearest = 9
  const [column, row] = [Math.floor(u), Math.floor(v)]
  const isInked = (x: number, y: number) => x >= 0 && inked(text, x, y)
  for (let y = row - 1; y <= row + 2; y++) {
    for (let x = column - 1; x <= column + 2; x++) {
      if (!isInked(x, y)) continue
      nearest = Math.min(nearest, Math.hypot(u - x, v - y))
      for (const [stepX, stepY] of [
        [1, 0],
        [0, 1],
        [1, 1],
        [-1, 1],
      ] as const) {
        if (!isInked(x + stepX, y + stepY)) continue
        // A diagonal counts only where no straight way leads around the corner.
        if (stepX !== 0 && stepY !== 0 && (isInked(x + stepX, y) || isInked(x, y + stepY))) continue
        const along = clamp(((u - x) * stepX + (v - y) * stepY) / (stepX * stepX + stepY * stepY))
        nearest = Math.min(nearest, Math.hypot(u - x - along * stepX, v - y - along * stepY))
      }
    }
  }
  return nearest
}

function paintScrew(
  { width, depth, albedo, gloss }: Relief,
  centreX: number,
  centreY: number,
  radius: number,
): void {
  for (let y = Math.floor(centreY - radius); y <= centreY + radius; y++) {
    for (let x = Math.floor(centreX - radius); x <= centreX + radius; x++) {
      const distance = Math.hypot(x - centreX, y - centreY) / radius
      if (distance >= 1) continue
      const i = y * width + x
      const slot = Math.abs(x - centreX + 0.6 * (y - centreY)) < 0.22 * radius ? 1 : 0
      depth[i] = 30 + 0.7 * radius * Math.sqrt(1 - distance * distance) - 3 * slot
      albedo.set(scale(blend(rgb(0x8a8378), RUST, turnedNoise(x / 6, y / 6, 3, 241)), 1 - 0.6 * slot), 3 * i)
      gloss[i] = 0.4
    }
  }
}
