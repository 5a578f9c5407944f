import { objectsOf, STATES } from './keys.ts'
import type { ListedObject } from './object-store.ts'
import { type ImageState, isOpen, type PulledFrom, servedState } from './state.ts'

/** What a listing says of a record without reading it: it stands in the object's metadata. */
export interface ListedState {
  readonly id: string
  readonly state: ImageState['status']
  readonly token: string
  readonly uploaded: string
  /** Only where an image is served: its model set. */
  readonly modelSet?: string
  /** Only where an image is served: H of its file. */
  readonly hash?: string
  /** Only of a failed image. */
  readonly code?: string
  /** Only of a pulled picture: the name of its source, a slash, and its path as it stands in a URL, cut where it is long. */
  readonly from?: string
  /** Only of an image that is not encoded yet: see OpenState. */
  readonly leaseUntil?: number
  /** Keys of the objects that the record names. */
  readonly keys: readonly string[]
}

/** Characters of `from` for which the metadata has room beside the rest. */
const MAX_FROM = 1000

/** The metadata of a record's object. R2 keeps at most 2048 bytes; three keys with ids of 128 characters take 600. */
export function stateMetadata(state: ImageState): Record<string, string> {
  const served = servedState(state)
  return {
    state: state.status,
    token: state.token,
    uploaded: state.uploaded,
    keys: objectsOf(state).join(' '),
    ...(served && { modelSet: served.modelSet, hash: served.hash }),
    ...(state.status === 'failed' && { code: state.error.code }),
    ...(state.from && { from: placeOf(state.from) }),
    ...(isOpen(state) && { leaseUntil: String(state.leaseUntil) }),
  }
}

/** Metadata travels as a header, so it is ASCII. */
function placeOf({ source, path }: PulledFrom): string {
  const place = `${source}/${path.split('/').map(encodeURIComponent).join('/')}`
  return place.length <= MAX_FROM ? place : place.slice(0, MAX_FROM).replace(/%.?$/, '')
}

/** Reads what `stateMetadata` wrote. */
export function readListedState({ key, metadata }: ListedObject): ListedState {
  return {
    id: key.slice(STATES.length),
    state: metadata.state as ListedState['state'],
    token: metadata.token ?? '',
    uploaded: metadata.uploaded ?? '',
    keys: (metadata.keys ?? '').split(' ').filter((named) => named !== ''),
    ...(metadata.modelSet !== undefined && { modelSet: metadata.modelSet }),
    ...(metadata.hash !== undefined && { hash: metadata.hash }),
    ...(metadata.code !== undefined && { code: metadata.code }),
    ...(metadata.from !== undefined && { from: metadata.from }),
    ...(metadata.leaseUntil !== undefined && { leaseUntil: Number(metadata.leaseUntil) }),
  }
}

/** The greatest possible id below this one: no character of an id is above `~`. */
export function justBefore(id: string): string {
  const end = id.length - 1
  return `${id.slice(0, end)}${String.fromCharCode(id.charCodeAt(end) - 1)}~`
}
