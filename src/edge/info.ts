import type { LayerInfo, StrataHeader } from '../format/types.ts'
import { nativeEtag } from './etag.ts'
import type { ReadyState } from './state.ts'

/** The JSON of `GET /img/:id.json`. */
export interface ImageInfo {
  readonly format: 'strata'
  readonly modelSet: string
  readonly bytes: number
  readonly source: { readonly width: number; readonly height: number; readonly sha256: string }
  readonly layers: readonly Pick<LayerInfo, 'index' | 'width' | 'height' | 'quality' | 'start' | 'end'>[]
  readonly placeholder: { readonly steps: number; readonly base64: string; readonly dataUri: string | null }
  /** ETag of the whole file, as `f=native` answers it. */
  readonly etag: string
  readonly state: 'ready'
}

const PLACEHOLDER_STEP_BYTES = 16

export function imageInfo(header: StrataHeader, state: ReadyState): ImageInfo {
  const { width, height, sha256 } = header.source
  return {
    format: 'strata',
    modelSet: header.modelSet,
    bytes: header.totalLength,
    source: { width, height, sha256 },
    layers: header.layers.map(({ index, width, height, quality, start, end }) => {
      return { index, width, height, quality, start, end }
    }),
    placeholder: {
      steps: Math.floor(header.placeholder.length / PLACEHOLDER_STEP_BYTES),
      base64: btoa(String.fromCharCode(...header.placeholder)),
      dataUri: null,
    },
    etag: nativeEtag(state.hash, header.layers.length - 1),
    state: 'ready',
  }
}
