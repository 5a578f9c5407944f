import type { LayerSize } from './plan.ts'

/** What a page asks of its decoding worker; `job` names the answers. */
export type Request =
  | {
      readonly type: 'show'
      readonly job: number
      /** Address of the image without size and format. */
      readonly image: string
      /** Device pixels. */
      readonly width: number
      readonly saveData: boolean
      /** Whether the placeholder of the info JSON is wanted too. */
      readonly placeholder: boolean
    }
  | { readonly type: 'restore'; readonly job: number; readonly address: string }
  | { readonly type: 'warm'; readonly job: number; readonly restore: boolean }
  | { readonly type: 'cancel'; readonly job: number }
  | { readonly type: 'forget'; readonly image: string }
  | { readonly type: 'start'; readonly assets: string | undefined; readonly heldBytes: number | undefined }

/** What came over the network, and what did not have to. */
export interface Transfer {
  /** Bytes of the image that this job fetched. */
  readonly fetched: number
  /** Bytes of the image that were here before. */
  readonly reused: number
  /** The `Range` header that asked for them, where there was one. */
  readonly range: string | undefined
}

export type Answer =
  | { readonly type: 'placeholder'; readonly job: number; readonly uri: string }
  | {
      readonly type: 'begin'
      readonly job: number
      readonly layer: number
      readonly layers: readonly LayerSize[]
      readonly transfer: Transfer
    }
  | { readonly type: 'strip'; readonly job: number; readonly top: number; readonly bitmap: ImageBitmap }
  | { readonly type: 'end'; readonly job: number }
  | {
      readonly type: 'restored'
      readonly job: number
      readonly bitmap: ImageBitmap
      readonly method: string
      readonly factor: number
      readonly note: string | undefined
    }
  | {
      readonly type: 'failed'
      readonly job: number
      readonly code: string
      readonly message: string
      /** Whether nothing can be decoded here at all, as against this one image. */
      readonly unusable: boolean
    }
