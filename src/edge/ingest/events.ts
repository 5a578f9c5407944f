import { type Failure, type ImageState, isOpen } from '../store/state.ts'

export type ImageEventType = 'image.uploaded' | 'image.encoded' | 'image.failed'

/** What hooks and webhooks get. The same event may come more than once, always with the same id. */
export interface ImageEvent {
  readonly id: string
  readonly type: ImageEventType
  /** ISO time at which the event was made. */
  readonly timestamp: string
  readonly image: {
    readonly id: string
    readonly state: ImageState['status']
    /** SHA-256 of the original in hexadecimal. */
    readonly sha256: string
    /**
     * Only of `image.encoded`: the `hash` of `id@hash` URLs, the file's length in bytes, the model set that decodes
     * it.
     */
    readonly hash?: string
    readonly bytes?: number
    readonly modelSet?: string
  }
  /** Only of `image.failed`. */
  readonly error?: Failure
}

/** The event that an upload has reached this state. @param now epoch milliseconds */
export function eventOf(imageId: string, state: ImageState, now = Date.now()): ImageEvent {
  const { token, status, sha256 } = state
  const type = isOpen(state) ? 'image.uploaded' : status === 'ready' ? 'image.encoded' : 'image.failed'
  return {
    // An upload reaches each state once, so by the id a receiver recognizes an event it has seen.
    id: `evt_${token}_${type.slice('image.'.length)}`,
    type,
    timestamp: new Date(now).toISOString(),
    image: {
      id: imageId,
      state: status,
      sha256,
      ...(state.status === 'ready' && { hash: state.hash, bytes: state.bytes, modelSet: state.modelSet }),
    },
    ...(state.status === 'failed' && { error: state.error }),
  }
}
