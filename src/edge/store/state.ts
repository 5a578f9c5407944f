import type { StrataErrorCode } from '../../core/errors.ts'

/** Encoding wishes of an upload, as they go to the origin. */
export interface UploadParams {
  readonly widths?: string
  readonly quality?: string
  readonly bg?: string
}

/** Why an attempt failed. Both parts are public. */
export interface Failure {
  readonly code: StrataErrorCode
  readonly message: string
}

interface UploadRecord {
  /** Random, one per upload: objects of different uploads of an id never share a key. */
  readonly token: string
  /** ISO time of the upload. */
  readonly uploaded: string
  /** SHA-256 of the original in hexadecimal: the same bytes with the same `params` are not encoded again. */
  readonly sha256: string
  readonly params: UploadParams
  /** Who worked on it last. A message of the queue that comes back finds out by it that it was itself. */
  readonly claim?: string
}

/** An upload that is not encoded yet: `queued` until an attempt begins and between two attempts. */
export interface OpenState extends UploadRecord {
  readonly status: 'queued' | 'encoding'
  /** R2 key of the bytes that were uploaded. */
  readonly original: string
  /** How many attempts were begun, those that found the origin busy aside. */
  readonly attempt: number
  /** Epoch milliseconds after which nobody can be at work on it any more, so that the next request starts it again. */
  readonly leaseUntil: number
  /** Why the attempt before failed. */
  readonly error?: Failure
}

export interface ReadyState extends UploadRecord {
  readonly status: 'ready'
  /** Missing where originals are not kept. */
  readonly original?: string
  /** R2 key of the .strata file. */
  readonly file: string
  /** H: the leading 16 bytes of the file's SHA-256 in hexadecimal. */
  readonly hash: string
  readonly bytes: number
  /** Model set that decodes the file. */
  readonly modelSet: string
  /** The file's placeholder as a data URI: the origin made it, so nobody here needs the model. */
  readonly placeholder?: string
}

export interface FailedState extends UploadRecord {
  readonly status: 'failed'
  readonly error: Failure
  /** Kept when not the picture was to blame, so that it can be encoded later. */
  readonly original?: string
}

/**
 * The record of one id, and the only thing that decides which upload counts. It is always written after the objects
 * it names, and only over the version that was read, so the last PUT wins whatever the order its encoding ends in.
 */
export type ImageState = OpenState | ReadyState | FailedState

/** A record together with the version of it that a conditional write has to name. */
export interface StoredState {
  readonly state: ImageState
  readonly etag: string
}

export function isOpen(state: ImageState): state is OpenState {
  return state.status === 'queued' || state.status === 'encoding'
}
