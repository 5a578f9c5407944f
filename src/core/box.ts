/*
 * Geometry of the pictures that are sent: their size, the part of the source that they show, and where that part lies.
 * Edge and origin share these pure functions, so that the same parameters give the same frame.
 */

/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rectangle extends Size {
  readonly left: number
  readonly top: number
}

/** A point of a picture, from 0 (left, top) to 1 (right, bottom). */
export interface Point {
  readonly x: number
  readonly y: number
}

/** The centre of interest that `cover` keeps in the frame: a point, or `auto`, which picks the most salient point. */
export type Focus = Point | 'auto'

export const FITS = ['contain', 'cover'] as const
/** How a picture fits a box: `contain` shows the whole picture inside it, `cover` fills it and crops two sides. */
export type Fit = (typeof FITS)[number]

/** The box that a URL asks for, in pixels of the screen. */
export interface Box {
  readonly width: number
  /** Undefined: the height follows from the picture's proportions. */
  readonly height: number | undefined
  readonly fit: Fit
  /** Whether a contained picture is padded to the whole box. */
  readonly padded: boolean
}

export interface BoxedSize {
  /** Size of what is sent. */
  readonly size: Size
  /** Size of the picture within `size`, without padding. The layer that is scaled must be at least as large. */
  readonly shown: Size
  /** Sent pixels per requested pixel: below 1 when the box is larger than the picture. */
  readonly scale: number
}

const CENTRE: Point = { x: 0.5, y: 0.5 }

/**
 * Fits a picture into a box without enlarging it. A box that is too large shrinks in its own proportions, so that the
 * picture keeps its frame when the page scales it up again.
 * @param source proportions of the picture
 * @param largest largest size in which the picture is available
 * @param maxSide longest side of a padded box in pixels
 */
export function fitBox(source: Size, largest: Size, box: Box, maxSide: number): BoxedSize {
  const { width, height, fit, padded } = box
  if (height === undefined) return containIn(source, largest, { width, height: Number.POSITIVE_INFINITY })
  const bounded = { width, height }
  if (fit === 'cover') return coverOf(largest, bounded)
  return padded ? padIn(source, largest, bounded, maxSide) : containIn(source, largest, bounded)
}

function coverOf(largest: Size, box: Size): BoxedSize {
  const scale = Math.min(1, largest.width / box.width, largest.height / box.height)
  const size = rounded(box, scale)
  return { scale, shown: size, size }
}

function containIn(source: Size, largest: Size, box: Size): BoxedSize {
  const fitting = Math.min(box.width, (source.width * box.height) / source.height)
  const width = Math.min(fitting, largest.width)
  // Round as the ladder rounds heights, so that a box of a layer's size gives exactly that layer.
  const wanted = rounded({ width, height: (source.height * width) / source.width }, 1)
  const size = { width: wanted.width, height: Math.min(wanted.height, largest.height) }
  return { scale: width / fitting, shown: size, size }
}

function padIn(source: Size, largest: Size, box: Size, maxSide: number): BoxedSize {
  const limit = Math.min(1, maxSide / box.width, maxSide / box.height)
  const inner = containIn(source, largest, { width: box.width * limit, height: box.height * limit })
  const scale = limit * inner.scale
  const whole = rounded(box, scale)
  const { shown } = inner
  const size = { width: Math.max(whole.width, shown.width), height: Math.max(whole.height, shown.height) }
  return { scale, shown, size }
}

/**
 * The part of a picture that has the proportions of `to`, as large as possible, with `focus` as near to its centre as
 * the picture's edges allow.
 */
export function coveringPart(picture: Size, to: Size, focus: Point = CENTRE): Rectangle {
  const scale = Math.max(to.width / picture.width, to.height / picture.height)
  const { width, height } = scaled(to, 1 / scale, picture)
  return {
    width,
    height,
    left: clamp(Math.floor(focus.x * picture.width - width / 2), picture.width - width),
    top: clamp(Math.floor(focus.y * picture.height - height / 2), picture.height - height),
  }
}

/** Position of a whole picture in the box that it is padded to: centred, and as large as the box allows. */
export function paddedPlace(picture: Size, box: Size): Rectangle {
  const scale = Math.min(box.width / picture.width, box.height / picture.height)
  const { width, height } = scaled(picture, scale, box)
  const left = Math.floor((box.width - width) / 2)
  return { width, height, left, top: Math.floor((box.height - height) / 2) }
}

/** Shrinks a size in its proportions until no side is above `limit`, the longest that a format can write. */
export function withinSide({ width, height }: Size, limit: number): Size {
  return rounded({ width, height }, Math.min(1, limit / width, limit / height))
}

/** Sum of the pixels of all these pictures. */
export function sumOfPixels(sizes: readonly Size[]): number {
  return sizes.reduce((sum, { width, height }) => sum + width * height, 0)
}

function rounded({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Scales a size; the result has at least one pixel and at most those of `most`. */
function scaled(size: Size, scale: number, most: Size): Size {
  const { width, height } = rounded(size, scale)
  return { width: Math.min(most.width, width), height: Math.min(most.height, height) }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value))
}
