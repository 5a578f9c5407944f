import type { StrataErrorCode } from '../core/errors.ts'

/** Encoding wishes of an upload, as they go to the origin. */
export interface UploadParams {
  readonly widths?: string
  readonly quality?: string
  readonly bg?: string
}

interface UploadRecord {
  /** Random, one per upload: objects of different uploads of an id never share a key. */
  readonly token: string
  /** ISO time of the upload. */
  readonly uploaded: string
}

export interface PendingState extends UploadRecord {
  readonly status: 'pending'
  /** R2 key of the bytes that were uploaded. */
  readonly original: string
  readonly params: UploadParams
  /** How often the encoding was started. */
  readonly attempt: number
  /** Epoch milliseconds after which the running attempt is taken for dead. */
  readonly leaseUntil: number
}

export interface ReadyState extends UploadRecord {
  readonly status: 'ready'
  readonly original: string
  readonly params: UploadParams
  /** R2 key of the .strata file. */
  readonly file: string
  /** H: the leading 16 bytes of the file's SHA-256 in hexadecimal. */
  readonly hash: string
  readonly bytes: number
}

export interface FailedState extends UploadRecord {
  readonly status: 'failed'
  readonly error: { readonly code: StrataErrorCode; readonly message: string }
}

/**
 * The record of one id, and the only thing that decides which upload counts. It is always written after the objects
 * it names, and only over the version that was read, so the last PUT wins whatever the order its encoding ends in.
 */
export type ImageState = PendingState | ReadyState | FailedState

/** A record together with the version of it that a conditional write has to name. */
export interface StoredState {
  readonly state: ImageState
  readonly etag: string
}
