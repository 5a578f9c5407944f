/**
 * src/bench/pictures/kinds draws pictures of other kinds than photographs: screenshots, charts, maps, logos and the like. Every pixel comes from
 * sums, products, square roots and integer hashes, so that a picture is the same on every machine.
 * @module
 */

import type { DecodedPicture } from '../../../node/ingest/ingest.ts'
import { letterAt, letterWidth, TEXT_HEIGHT } from './letters.ts'

/** Channels of 0..255; the fourth is alpha, 255 where it is absent. */
export type Colour = readonly [r: number, g: number, b: number, a?: number]
export type Position = readonly [x: number, y: number]

/** Distance of a point in pixels from the edge of a shape, negative inside. */
type Distance = (x: number, y: number) => number

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * A canvas of unpremultiplied RGBA, on which shapes with smooth edges are drawn. Pixel (x, y) covers x..x+1, y..y+1.
 */
export class Canvas {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray

  /** @param background everywhere. @default transparent */
  constructor(width: number, height: number, background?: Colour) {
    this.width = width
    this.height = height
    this.data = new Uint8ClampedArray(4 * width * height)
    if (background) this.rectangle(0, 0, width, height, background)
  }

  /** Composites a colour over a pixel with a coverage of 0..1. */
  blend(x: number, y: number, [r, g, b, a = 255]: Colour, coverage = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    const share = (coverage * a) / 255
    if (share <= 0) return
    const at = 4 * (y * this.width + x)
    const { data } = this
    const below = (data[at + 3]! / 255) * (1 - share)
    const alpha = share + below
    data[at] = (r * share + data[at]! * below) / alpha
    data[at + 1] = (g * share + data[at + 1]! * below) / alpha
    data[at + 2] = (b * share + data[at + 2]! * below) / alpha
    data[at + 3] = 255 * alpha
  }

  /** Draws a rectangle with integer corners. */
  rectangle(left: number, top: number, width: number, height: number, colour: Colour): void {
    const right = Math.min(left + width, this.width)
    const bottom = Math.min(top + height, this.height)
    for (let y = Math.max(top, 0); y < bottom; y++) {
      for (let x = Math.max(left, 0); x < right; x++) this.blend(x, y, colour)
    }
  }

  /**
   * Draws a shape given by its distance function; pixels on its edge are covered partially.
   * @param softness pixels over which it fades. @default 1
   */
  shape(box: Box, distance: Distance, colour: Colour, softness = 1): void {
    const [left, top] = [Math.floor(box.left - softness), Math.floor(box.top - softness)].map((side) =>
      Math.max(side, 0),
    ) as [number, number]
    const right = Math.min(Math.ceil(box.right + softness), this.width)
    const bottom = Math.min(Math.ceil(box.bottom + softness), this.height)
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const coverage = 0.5 - distance(x + 0.5, y + 0.5) / softness
        if (coverage > 0) this.blend(x, y, colour, Math.min(coverage, 1))
      }
    }
  }

  disc(x: number, y: number, radius: number, colour: Colour, softness = 1): void {
    const box = { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
    this.shape(box, (px, py) => length(px - x, py - y) - radius, colour, softness)
  }

  /** A line with round ends. */
  line([x0, y0]: Position, [x1, y1]: Position, thickness: number, colour: Colour): void {
    const half = thickness / 2
    const box = {
      left: Math.min(x0, x1) - half,
      top: Math.min(y0, y1) - half,
      right: Math.max(x0, x1) + half,
      bottom: Math.max(y0, y1) + half,
    }
    this.shape(box, (x, y) => toSegment(x, y, x0, y0, x1, y1) - half, colour)
  }

  path(points: readonly Position[], thickness: number, colour: Colour): void {
    for (const [i, point] of points.entries()) {
      const next = points[i + 1]
      if (next) this.line(point, next, thickness, colour)
    }
  }

  polygon(points: readonly Position[], colour: Colour): void {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
    const box = {
      left: Math.min(...xs),
      top: Math.min(...ys),
      right: Math.max(...xs),
      bottom: Math.max(...ys),
    }
    this.shape(box, (x, y) => toPolygon(x, y, points), colour)
  }

  /**
   * Draws a line of text whose capitals are about 0.7 times `size` pixels high.
   * @param x, y its upper left corner
   * @returns x of the next character
   */
  text(text: string, x: number, y: number, size: number, colour: Colour): number {
    const unit = size / TEXT_HEIGHT
    for (const letter of text) {
      const width = Math.ceil(letterWidth() * unit)
      if (letter !== ' ') {
        for (let row = Math.floor(y); row < y + size; row++) {
          for (let column = Math.floor(x); column <= x + width; column++) {
            const coverage = letterAt(letter, (column + 0.5 - x) / unit, (row + 0.5 - y) / unit, unit)
            if (coverage > 0) this.blend(column, row, colour, coverage)
          }
        }
      }
      x += letterWidth() * unit
    }
    return x
  }

  /** The picture; without the fourth channel where every pixel is opaque. */
  picture(): DecodedPicture {
    const { width, height, data } = this
    const rgb = new Uint8Array(3 * width * height)
    for (let from = 0, to = 0; from < data.length; from += 4) {
      if (data[from + 3] !== 255) return { width, height, channels: 4, data: new Uint8Array(data.buffer) }
      rgb[to++] = data[from]!
      rgb[to++] = data[from + 1]!
      rgb[to++] = data[from + 2]!
    }
    return { width, height, channels: 3, data: rgb }
  }
}

export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y)
}

function toSegment(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.min(Math.max(along, 0), 1)
  return length(x - x0 - t * dx, y - y0 - t * dy)
}

/** Distance to a polygon, which is filled by the even-odd rule. */
function toPolygon(x: number, y: number, points: readonly Position[]): number {
  let nearest = Number.POSITIVE_INFINITY
  let isInside = false
  for (const [i, [x1, y1]] of points.entries()) {
    const [x0, y0] = points.at(i - 1)!
    nearest = Math.min(nearest, toSegment(x, y, x0, y0, x1, y1))
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) isInside = !isInside
  }
  return isInside ? -nearest : nearest
}
