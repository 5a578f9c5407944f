import type { StrataError } from '../../core/errors.ts'
import type { UploadBody } from './upload-body.ts'

/** By what a source recognizes a picture that it sent before (RFC 9110 §8.8). */
export interface Validators {
  readonly etag?: string
  readonly lastModified?: string
}

/** What a source says of one picture. */
export type SourceAnswer =
  /** It is there, and is another one than the validators name. The body must be read or cancelled. */
  | { readonly kind: 'picture'; readonly upload: UploadBody; readonly validators: Validators }
  /** It is the one that the validators name. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' }
  /** The source is down, refuses, or sends what is no picture. */
  | { readonly kind: 'failed'; readonly error: StrataError }

/** A place that pictures are pulled from. */
export interface PictureSource {
  /**
   * Asks for one picture.
   * @param path of the picture (source-path.ts), decoded
   * @param known what the picture had when it was read last; empty: it is wanted in any case
   * @param limit bytes
   * @throws never for what the source does
   */
  read(path: string, known: Validators, limit: number): Promise<SourceAnswer>
}

/** Longer validators than this are not kept: a record has to stay small. */
const MAX_VALIDATOR = 256

/** The validators that are worth keeping. */
export function validatorsOf(
  etag: string | null | undefined,
  lastModified: string | null | undefined,
): Validators {
  const isKept = (text: string | null | undefined): text is string =>
    typeof text === 'string' && text !== '' && text.length <= MAX_VALIDATOR
  return { ...(isKept(etag) && { etag }), ...(isKept(lastModified) && { lastModified }) }
}
