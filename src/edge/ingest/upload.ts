import { sized } from '../sources/held-bytes.ts'
import type { UploadBody } from '../sources/upload-body.ts'
import { objectsOf } from '../store/keys.ts'
import {
  type ImageState,
  type OpenState,
  type PulledFrom,
  type ReadyState,
  servedState,
  type UploadParams,
} from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { LEASE_MS } from './encode-job.ts'
import { checkPreconditions, type Preconditions } from './preconditions.ts'
import { storeOriginal } from './store-original.ts'
import type { UploadPlaces } from './upload-places.ts'

const NONE: Preconditions = { ifMatch: null, ifNoneMatch: null }

/** An upload that is stored. */
export interface AcceptedUpload {
  /** The record that counts now. */
  readonly state: ImageState
  /** False when the same upload was there already, so that nothing is encoded again. */
  readonly isNew: boolean
  /** Removes the objects that the record no longer names. */
  readonly cleanUp: () => Promise<void>
  /** Makes everything as it was before, unless another upload came since. */
  readonly undo: () => Promise<void>
}

export interface AcceptServices {
  readonly store: ImageStore
  readonly uploads: UploadPlaces
}

interface AcceptOptions {
  readonly conditions?: Preconditions
  /** Where the upload was pulled from. */
  readonly from?: PulledFrom
  /** Whether the image before is served until this one is encoded. @default true */
  readonly servesOld?: boolean
}

/**
 * Stores an upload and makes it the one that counts, unless the same bytes with the same parameters already do. The
 * original is complete before the record names it, so a broken connection leaves the image as it was. An image that is
 * served stays so until the upload is ready; nothing of it is removed here. The conditions hold at the moment at which the
 * record is written, and what cannot be accepted is refused before it is stored.
 * @throws StrataError PRECONDITION_FAILED, UPLOAD_BUSY, ABORTED (or what `upload.cutOff` says), STORAGE_FAILED
 */
export async function acceptUpload(
  id: string,
  upload: UploadBody,
  params: UploadParams,
  { store, uploads }: AcceptServices,
  { conditions = NONE, from, servesOld = true }: AcceptOptions = {},
): Promise<AcceptedUpload> {
  const isConditional = conditions.ifMatch !== null || conditions.ifNoneMatch !== null
  if (isConditional) {
    try {
      checkPreconditions(id, (await store.readState(id))?.state, conditions)
    } catch (error) {
      await upload.chunks.cancel(error)
      throw error
    }
  }
  const token = crypto.randomUUID()
  const place = await uploads.enter(upload)
  const { original, sha256 } = await sized(upload, place.hold)
    .then((body) => storeOriginal(id, token, body, store, place.step))
    .finally(place.leave)
  for (;;) {
    const previous = await store.readState(id)
    try {
      checkPreconditions(id, previous?.state, conditions)
    } catch (error) {
      await store.remove([original]).catch(() => undefined) // the sweep removes what is left
      throw error
    }
    const undoNothing = async () => undefined
    if (previous !== undefined && isSame(previous.state, sha256, params, from)) {
      return {
        state: previous.state,
        isNew: false,
        cleanUp: () => store.remove([original]),
        undo: undoNothing,
      }
    }
    const live = servesOld ? previous && servedState(previous.state) : undefined
    // The image that is still served comes once more, in place of what was to replace it.
    const isBack = live !== undefined && isSame(live, sha256, params, from)
    const back = isBack && { ...live, ...(from && { from }) }
    const state = back || queuedState({ token, sha256, params, from, original, live })
    const etag = await store.writeState(id, state, previous?.etag)
    if (etag === undefined) continue
    const named = objectsOf(state)
    const stale = [...(previous ? objectsOf(previous.state) : []), original].filter(
      (key) => !named.includes(key),
    )
    return {
      state,
      isNew: !isBack,
      cleanUp: () => store.remove(stale),
      async undo() {
        if (await store.restoreState(id, previous?.state, etag)) await store.remove([original])
      },
    }
  }
}

/** The record of an upload whose encoding has not begun. @param now epoch milliseconds */
export function queuedState(
  {
    live,
    from,
    ...upload
  }: Pick<OpenState, 'token' | 'sha256' | 'params' | 'original'> & {
    readonly live: ReadyState | undefined
    readonly from: PulledFrom | undefined
  },
  now = Date.now(),
): OpenState {
  const uploaded = new Date(now).toISOString()
  const state = { status: 'queued', ...upload, uploaded, attempt: 0, leaseUntil: now + LEASE_MS } as const
  return { ...state, ...(from && { from }), ...(live && { live }) }
}

/**
 * Whether this upload counts already. A failed one does not: sending it again asks for another attempt. But nobody sends a
 * pulled one: what is wrong with the picture itself stays wrong.
 */
function isSame(
  state: ImageState,
  sha256: string,
  params: UploadParams,
  from: PulledFrom | undefined,
): boolean {
  const isLost = state.status === 'failed' && state.original === undefined
  if ((state.status === 'failed' && !(from && isLost)) || state.sha256 !== sha256) return false
  return (['widths', 'quality', 'bg', 'coding'] as const).every((name) => state.params[name] === params[name])
}
