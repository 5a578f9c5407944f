import { PICTURE_FORMATS, type PictureFormat } from '../../format/media-type.ts'
import type { AddressOptions } from '../address/loader.ts'

/** Options of a project for all its pictures. */
export type PictureDefaults = Partial<Omit<AddressOptions, 'src'>>

/**
 * Converts `src` for the loader. Frameworks add or demand a leading slash when there is no protocol; with a `base`, the
 * slash in front of a bare id is removed.
 */
export function sourceOf(src: string, { base }: PictureDefaults): string {
  return base === undefined ? src : src.replace(/^\/(?=[^/?#]+(?:[?#]|$))/, '')
}

/** The format with this name; undefined for formats that are not made, so that browser and edge negotiate one. */
export function formatOf(name: string | undefined): PictureFormat | undefined {
  const format = name === 'jpg' ? 'jpeg' : name
  return PICTURE_FORMATS.find((each) => each === format)
}

/** A number that may be written as text; undefined for anything else. */
export function numberOf(value: number | string | null | undefined): number | undefined {
  const number = Number.parseFloat(String(value))
  return Number.isFinite(number) ? number : undefined
}

/** Maps a CSS or framework name of a fit to `cover` or `contain`. Pictures are never stretched: CSS does that. */
export function fitOf(name: string | undefined): 'contain' | 'cover' | undefined {
  if (name === undefined) return undefined
  return name === 'cover' ? 'cover' : 'contain'
}

const SIDES: Readonly<Record<string, readonly [x: number | undefined, y: number | undefined]>> = {
  left: [0, undefined],
  right: [1, undefined],
  top: [undefined, 0],
  bottom: [undefined, 1],
}

/**
 * Converts a CSS `object-position` or `background-position` of keywords and percentages to a focus.
 * @returns undefined for the centre, and for lengths, because the picture's size is unknown
 */
export function focusOf(position: string | undefined): readonly [x: number, y: number] | undefined {
  const words =
    position
      ?.trim()
      .toLowerCase()
      .split(/[\s-]+/) ?? []
  if (words.length > 2) return undefined
  const point: [number, number] = [0.5, 0.5]
  for (const [axis, word] of words.entries()) {
    const side = SIDES[word]
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(word)?.[1]
    if (side) for (const i of [0, 1] as const) point[i] = side[i] ?? point[i]
    else if (percent) point[axis as 0 | 1] = Math.min(1, Number(percent) / 100)
    else if (word !== 'center') return undefined
  }
  return point[0] === 0.5 && point[1] === 0.5 ? undefined : point
}
