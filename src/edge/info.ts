import { describeHeader, type HeaderDescription } from '../format/describe.ts'
import type { StrataHeader } from '../format/types.ts'
import { nativeEtag } from './etag.ts'
import type { ReadyState } from './state.ts'

/** The JSON of `GET /img/:id.json`. */
export interface ImageInfo extends HeaderDescription {
  readonly bytes: number
  /** ETag of the whole file, as `f=native` answers it. */
  readonly etag: string
  readonly state: 'ready'
}

export function imageInfo(header: StrataHeader, state: ReadyState): ImageInfo {
  return {
    ...describeHeader(header),
    bytes: header.totalLength,
    etag: nativeEtag(state.hash, header.layers.length - 1),
    state: 'ready',
  }
}
