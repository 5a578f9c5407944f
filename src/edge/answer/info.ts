import { ERRORS } from '../../core/errors.ts'
import { describeHeader, type HeaderDescription } from '../../format/describe.ts'
import type { StrataHeader } from '../../format/types.ts'
import { nativeEtag } from '../plan/etag.ts'
import type { ReadyState } from '../store/state.ts'
import { PENDING_HEADERS, type UnreadyAnswers } from './lookup.ts'

/** The JSON of `GET /img/:id.json`. */
export interface ImageInfo extends HeaderDescription {
  readonly bytes: number
  /** ETag of the whole file, as `f=native` answers it. */
  readonly etag: string
  readonly state: 'ready'
}

export function imageInfo(header: StrataHeader, state: ReadyState): ImageInfo {
  return {
    ...describeHeader(header, state.placeholder ?? null),
    bytes: header.totalLength,
    etag: nativeEtag(state.hash, header.layers.length - 1),
    state: 'ready',
  }
}

/** The same JSON for an image that is not ready: how far it is, and what went wrong. */
export const unreadyInfo: UnreadyAnswers = {
  open: ({ status, attempt, error }) =>
    Response.json(
      { state: status, attempt, ...(error && { error }) },
      { status: 202, headers: PENDING_HEADERS },
    ),
  failed: ({ status, error }) =>
    Response.json(
      { state: status, error },
      { status: ERRORS[error.code].status, headers: { 'Cache-Control': 'no-store' } },
    ),
}
