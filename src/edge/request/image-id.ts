import { StrataError } from '../../core/errors.ts'
import type { PictureFormat } from '../../format/media-type.ts'

const ID = /^[A-Za-z0-9_-]{1,128}$/
/** At least 8 digits of the file's hash: they tell two uploads of one id apart and are short enough for a URL. */
const HASH = /^[0-9a-f]{8,32}$/

const EXTENSION = /\.(jpg|jpeg|webp|avif|png)$/

/** The id of an image, and the version of it where the URL names one. */
export interface ImageId {
  readonly id: string
  /** Leading hexadecimal digits of the file hash H (format/version.ts). `id@hash` never shows another picture. */
  readonly hash: string | undefined
}

/**
 * Reads `id` or `id@hash`.
 * @throws StrataError ID_INVALID
 */
export function parseImageId(text: string): ImageId {
  const at = text.indexOf('@')
  const id = at < 0 ? text : text.slice(0, at)
  const hash = at < 0 ? undefined : text.slice(at + 1)
  if (!ID.test(id)) {
    throw new StrataError('ID_INVALID', `id: expected 1 to 128 of A-Z a-z 0-9 _ -, got ${quote(id)}`)
  }
  if (hash !== undefined && !HASH.test(hash)) {
    throw new StrataError(
      'ID_INVALID',
      `hash after @: expected 8 to 32 hexadecimal digits, got ${quote(hash)}`,
    )
  }
  return { id, hash }
}

/**
 * Reads the last part of a picture's path: `id` or `id@hash`, with an optional extension that names a format.
 * @throws StrataError ID_INVALID
 */
export function parseImageName(text: string): {
  readonly image: ImageId
  readonly extension?: PictureFormat
} {
  const extension = EXTENSION.exec(text)?.[1]
  if (extension === undefined) return { image: parseImageId(text) }
  const image = parseImageId(text.slice(0, -extension.length - 1))
  return { image, extension: extension === 'jpg' ? 'jpeg' : (extension as PictureFormat) }
}

/** Reads the id of an address that means an image and not one version of it. @throws StrataError ID_INVALID */
export function parseUnversionedId(text: string): string {
  const { id, hash } = parseImageId(text)
  if (hash === undefined) return id
  throw new StrataError('ID_INVALID', `id: expected one without @hash, got ${quote(text)}`)
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)
}
