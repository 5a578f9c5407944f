/* `strata-cdn/unpic`: a transformer for the base components of unpic, in the form of the providers of its library. */
import type { PictureFormat } from '../../format/media-type.ts'
import { imageAddress } from '../address/address.ts'
import { imageUrl } from '../address/loader.ts'
import { parsePicturePath } from '../address/paths.ts'
import { formatOf, numberOf, sourceOf } from './shared.ts'

export interface StrataOperations {
  width?: number | string
  height?: number | string
  /** @default the browser's preference */
  format?: PictureFormat | 'jpg' | 'auto' | (string & {})
  quality?: number | string
  /** @default 'cover' with width and height, as unpic styles its pictures */
  fit?: 'contain' | 'cover' | undefined
  focus?: readonly [x: number, y: number] | undefined
  background?: string | undefined
  dpr?: number | undefined
}

export interface StrataOptions {
  /** Where the CDN is mounted; needed for bare ids and for `source`. */
  base?: string | undefined
  /** Name of the source in which `src` is a path. */
  source?: string | undefined
}

/** Base for parsing addresses, by which relative ones are recognized and stay relative. */
const NOWHERE = 'http://nowhere.invalid'

/** The address of a picture with these operations. */
export function generate(
  src: string | URL,
  operations: StrataOperations,
  options: StrataOptions = {},
): string {
  const { width, height, quality, format, fit, focus, background, dpr } = operations
  const isBox = Boolean(width && height)
  return imageUrl({
    ...options,
    src: sourceOf(String(src), options),
    width: numberOf(width),
    height: numberOf(height),
    quality: numberOf(quality),
    format: formatOf(format),
    fit: fit ?? (isBox && background === undefined ? 'cover' : undefined),
    focus,
    background,
    dpr,
  })
}

/**
 * Splits an address into picture and operations.
 * @returns null for an address that is not of a Strata CDN
 */
export function extract(
  address: string | URL,
): { src: string; operations: StrataOperations; options: StrataOptions } | null {
  const text = String(address)
  const image = imageAddress(text, NOWHERE)
  // A bare id, or a path without a slash, has no base to be resolved against.
  if (image === undefined || !/^(\/|https?:)/.test(text)) return null
  const { pathname, searchParams: query } = new URL(text, NOWHERE)
  const [x, y] = query.get('focus')?.split(',').map(Number) ?? []
  const operations = {
    width: numberOf(query.get('w')),
    height: numberOf(query.get('h')),
    format: formatOf(query.get('f') ?? parsePicturePath(pathname)?.[3]?.slice(1)),
    quality: numberOf(query.get('q')),
    fit: query.get('fit') === 'cover' ? ('cover' as const) : undefined,
    focus: x !== undefined && y !== undefined ? ([x, y] as const) : undefined,
    background: query.get('bg') ?? undefined,
    dpr: numberOf(query.get('dpr')),
  }
  const given = Object.entries(operations).filter(([, value]) => value !== undefined)
  return { src: image.replace(NOWHERE, ''), operations: Object.fromEntries(given), options: {} }
}

/** The address of a picture with these operations instead of the present ones. */
export function transform(
  src: string | URL,
  operations: StrataOperations,
  options: StrataOptions = {},
): string {
  const found = options.source === undefined ? extract(src) : null
  return found
    ? generate(found.src, { ...found.operations, ...operations })
    : generate(src, operations, options)
}
