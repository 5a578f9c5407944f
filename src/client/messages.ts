import type { Limit } from './decode/limits.ts'
import type { LayerSize } from './plan.ts'

/** A message from the page to a decoding worker. Answers carry the number of their `job`. */
export type Request =
  | {
      readonly type: 'show'
      readonly job: number
      /** Address of the image without size and format. */
      readonly image: string
      /** Device pixels. */
      readonly width: number
      readonly saveData: boolean
      /** Whether to send the placeholder of the info JSON too. */
      readonly placeholder: boolean
      /** Whether the plain picture is visible below the canvas, so that it would show through a picture with alpha. */
      readonly covers: boolean
      /**
       * Width in pixels of the picture that is shown. If no layer is wider, the answer is `end` without `begin`. If the
       * layers are unknown, the info JSON is requested. 0: every layer is useful.
       */
      readonly above: number
    }
  | { readonly type: 'restore'; readonly job: number; readonly address: string }
  /** Loads the models of `restore`, or else those that decode layers. */
  | { readonly type: 'warm'; readonly job: number; readonly restore: boolean }
  | { readonly type: 'cancel'; readonly job: number }
  /** The answer is `pong`. */
  | { readonly type: 'ping' }
  | { readonly type: 'forget'; readonly image: string }
  | { readonly type: 'start'; readonly assets: string | undefined; readonly heldBytes: number | undefined }

/** How many bytes of an image a job fetched, and how many it found stored. */
export interface Transfer {
  /** Bytes that came over the network. */
  readonly fetched: number
  /** Bytes that were stored before. */
  readonly reused: number
  /** The `Range` header of the request, if it had one. */
  readonly range: string | undefined
}

/** A layer of a file, with the bytes from the start of the file to its end. */
export interface SentLayer extends LayerSize {
  readonly end: number
  /** Whether it may have pixels that are not opaque. */
  readonly alpha: boolean
}

/** A message from a decoding worker to the page. */
export type Answer =
  | { readonly type: 'pong' }
  /** The file has arrived, and its restoring begins. */
  | { readonly type: 'restoring'; readonly job: number }
  | { readonly type: 'placeholder'; readonly job: number; readonly uri: string }
  | {
      readonly type: 'begin'
      readonly job: number
      readonly layer: number
      readonly layers: readonly SentLayer[]
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
      /** Whether no image at all can be decoded on this page. */
      readonly unusable: boolean
      /** The limit that was exceeded, if one was. */
      readonly limit?: Limit | undefined
    }

/** Why a job failed. */
export type Failure = Pick<Extract<Answer, { type: 'failed' }>, 'code' | 'message' | 'limit'>
