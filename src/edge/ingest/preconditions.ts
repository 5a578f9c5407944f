import { StrataError } from '../../core/errors.ts'
import { parsePrefixEtag } from '../../format/version.ts'
import { type ImageState, isOpen, servedState } from '../store/state.ts'

/** The conditions that an upload may carry (RFC 9110 §13.1). Null: not sent. */
export interface Preconditions {
  readonly ifMatch: string | null
  readonly ifNoneMatch: string | null
}

/** Those of an upload that replaces nothing. */
export const CREATING: Preconditions = { ifMatch: null, ifNoneMatch: '*' }

export function preconditionsOf(headers: Headers): Preconditions {
  return { ifMatch: headers.get('If-Match'), ifNoneMatch: headers.get('If-None-Match') }
}

/**
 * Checks an upload's conditions against the record that it would replace. An ETag is that of the file: what the image's
 * JSON gives, or that of any part of the file. An upload that is not encoded yet has no ETag, so `If-Match` with one fails
 * until it has, and `*` stands for it too. An upload that failed counts as nothing.
 * @throws StrataError PRECONDITION_FAILED
 */
export function checkPreconditions(
  id: string,
  record: ImageState | undefined,
  { ifMatch, ifNoneMatch }: Preconditions,
): void {
  const served = record && servedState(record)
  const isWaiting = record !== undefined && isOpen(record)
  const exists = isWaiting || served !== undefined
  if (ifMatch !== null) {
    if (!exists) throw failed('If-Match', `there is no image ${id}`)
    const isAny = ifMatch.trim() === '*'
    if (!isAny && isWaiting) throw failed('If-Match', `${id} is being replaced by another upload`)
    // Strong comparison: a weak ETag matches nothing.
    if (!isAny && !hashesOf(ifMatch, /(?<!W\/)"[^"]*"/g).includes(served?.hash))
      throw failed('If-Match', `${id} is another file by now`)
  }
  if (ifNoneMatch !== null && exists) {
    if (ifNoneMatch.trim() === '*') throw failed('If-None-Match', `there is an image ${id} already`)
    if (served && hashesOf(ifNoneMatch, /"[^"]*"/g).includes(served.hash))
      throw failed('If-None-Match', `${id} is this file`)
  }
}

function hashesOf(header: string, etag: RegExp): readonly (string | undefined)[] {
  return (header.match(etag) ?? []).map((text) => parsePrefixEtag(text)?.hash)
}

function failed(header: string, reason: string): StrataError {
  return new StrataError('PRECONDITION_FAILED', `${header}: ${reason}`)
}
