import { ERRORS } from '../../core/errors.ts'
import { describeHeader, type HeaderDescription } from '../../format/describe.ts'
import { prefixEtag } from '../../format/version.ts'
import { PENDING_HEADERS } from '../ingest/resume.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { FailedState, Failure, ImageState, OpenState, PulledFrom } from '../store/state.ts'
import type { Census } from '../variants/census.ts'

/** The JSON of `GET /img/:id.json` for a ready image. */
interface ImageInfo extends HeaderDescription {
  /** Length of the whole file. */
  readonly bytes: number
  /** ETag of the whole file, as `f=native` answers it. */
  readonly etag: string
  readonly state: 'ready'
  /** How many frames the original has, where it is an animation. */
  readonly frames?: number
  /** Where pictures are kept. */
  readonly pictures?: KeptPictures | undefined
  /** Of a pulled picture: its id, and where it was pulled from. */
  readonly id?: string
  readonly from?: FromInfo
  /** The upload that is to replace this image: how far it is, or why it does not. */
  readonly replacing?: Replacing
}

export interface KeptPictures extends Census {
  /** Whether those that are found again are promoted: the option is on, and the original is kept. */
  readonly promotes: boolean
}

/** PulledFrom with ISO times. */
type FromInfo = Omit<PulledFrom, 'checked' | 'missingSince'> & {
  readonly checked: string
  readonly missingSince?: string
}

type Replacing =
  | (Pick<OpenState, 'attempt' | 'error'> & { readonly state: 'queued' | 'encoding' })
  | { readonly state: 'failed'; readonly error: Failure }

/**
 * @param record where it is not that of the image itself: of the upload that is to replace it
 * @param pictures where pictures are kept
 */
export function imageInfo(
  { id, header, state }: LoadedImage,
  record: ImageState | undefined,
  pictures: ImageInfo['pictures'],
): Response {
  const info: ImageInfo = {
    ...describeHeader(header, state.placeholder ?? null),
    bytes: header.totalLength,
    etag: prefixEtag(state.hash, header.layers.length - 1),
    state: 'ready',
    ...(state.frames !== undefined && { frames: state.frames }),
    ...pulledInfo(id, state.from),
    ...(pictures && { pictures }),
    ...(record && record.status !== 'ready' && { replacing: replacingOf(record) }),
  }
  return Response.json(info, { headers: { 'Cache-Control': 'no-cache' } })
}

function pulledInfo(id: string, from: PulledFrom | undefined): Pick<ImageInfo, 'id' | 'from'> {
  if (from === undefined) return {}
  const { checked, missingSince, ...rest } = from
  const missing = missingSince === undefined ? {} : { missingSince: isoOf(missingSince) }
  return { id, from: { ...rest, checked: isoOf(checked), ...missing } }
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function replacingOf(record: OpenState | FailedState): Replacing {
  const { status, error } = record
  if (status === 'failed') return { state: status, error }
  return { state: status, attempt: record.attempt, ...(error && { error }) }
}

/** The JSON for an image that is not encoded yet: how far it is, and why the last attempt failed. */
export function openInfo(id: string, { status, attempt, error, from }: OpenState): Response {
  return Response.json(
    { state: status, attempt, ...pulledInfo(id, from), ...(error && { error }) },
    { status: 202, headers: PENDING_HEADERS },
  )
}

/** The JSON for an upload that failed, with the status of its error. */
export function failedInfo({ status, error }: FailedState): Response {
  return Response.json(
    { state: status, error },
    { status: ERRORS[error.code].status, headers: { 'Cache-Control': 'no-store' } },
  )
}
