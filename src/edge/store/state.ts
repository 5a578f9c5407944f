import type { Point } from '../../core/box.ts'
import type { StrataErrorCode } from '../../core/errors.ts'

/** Encoding parameters of an upload, as the origin gets them. */
export interface UploadParams {
  readonly widths?: string
  readonly quality?: string
  readonly bg?: string
  readonly coding?: string
}

/** Why an attempt failed. Code and message are public. */
export interface Failure {
  readonly code: StrataErrorCode
  readonly message: string
}

/** Where a picture was pulled from, and how the source knows it. */
export interface PulledFrom {
  /** Name of the source. */
  readonly source: string
  /** Path below it, decoded. */
  readonly path: string
  readonly etag?: string
  readonly lastModified?: string
  /** Epoch milliseconds at which the source last said that this is its picture. */
  readonly checked: number
  /** Epoch milliseconds since which the source has no such picture. */
  readonly missingSince?: number
}

interface UploadRecord {
  /** Random, one per upload, so that objects of two uploads of an id never share a key. */
  readonly token: string
  /** ISO time of the upload. */
  readonly uploaded: string
  /** SHA-256 of the original in hexadecimal. The same bytes with the same `params` are not encoded again. */
  readonly sha256: string
  readonly params: UploadParams
  /** Missing where the picture was uploaded. */
  readonly from?: PulledFrom
  /** Names the last attempt's worker: by it, a queue message that is delivered again recognizes its own attempt. */
  readonly claim?: string | undefined
}

/** An upload that is not encoded yet: `encoding` during an attempt, else `queued`. */
export interface OpenState extends UploadRecord {
  readonly status: 'queued' | 'encoding'
  /** R2 key of the uploaded bytes. */
  readonly original: string
  /** Attempts begun, without those that found the origin busy. */
  readonly attempt: number
  /** Epoch milliseconds after which the attempt counts as dead, so that the next request starts it again. */
  readonly leaseUntil: number
  /** Why the last attempt failed. */
  readonly error?: Failure
  /** The image that is served until this upload is ready. */
  readonly live?: ReadyState
}

export interface ReadyState extends UploadRecord {
  readonly status: 'ready'
  /** Missing where originals are not kept. */
  readonly original?: string
  /** R2 key of the .strata file. */
  readonly file: string
  /** H of the file: see format/version.ts. */
  readonly hash: string
  /** Length of the file. */
  readonly bytes: number
  /** Model set that decodes the file. */
  readonly modelSet: string
  /** Point that `focus=auto` stands for. */
  readonly focus?: Point
  /** The file's placeholder as a data URI. The origin makes it, so that the edge needs no model for it. */
  readonly placeholder?: string
  /** How many frames the original has, where it is an animation. */
  readonly frames?: number
}

export interface FailedState extends UploadRecord {
  readonly status: 'failed'
  readonly error: Failure
  /** Kept unless the picture itself is at fault, so that it can be encoded later. */
  readonly original?: string
  /** The image that this upload was to replace, which is still served. */
  readonly live?: ReadyState
}

/**
 * The record of one id, which alone decides which upload counts. It is written after the objects it names, and only
 * over the version that was read, so the last PUT wins in whatever order the encodings end.
 */
export type ImageState = OpenState | ReadyState | FailedState

/** A record, and the version of it that a conditional write has to name. */
export interface StoredState {
  readonly state: ImageState
  readonly etag: string
}

/** Whether the upload is not encoded yet. */
export function isOpen(state: ImageState): state is OpenState {
  return state.status === 'queued' || state.status === 'encoding'
}

/** The ready image that is served under a record: its own, or the one that its upload is to replace. */
export function servedState(state: ImageState): ReadyState | undefined {
  return state.status === 'ready' ? state : state.live
}
