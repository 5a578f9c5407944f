import { hasCode, StrataError, type StrataErrorCode } from '../../core/errors.ts'
import type { ImageId } from '../request/image-id.ts'
import type { HeaderCache, LoadedImage } from '../store/header-cache.ts'
import {
  type FailedState,
  type ImageState,
  isOpen,
  type OpenState,
  type ReadyState,
  type StoredState,
  servedState,
} from '../store/state.ts'
import type { StateCache } from '../store/state-cache.ts'
import type { ImageStore } from '../store/store.ts'

export interface LookupServices {
  readonly store: ImageStore
  readonly headers: HeaderCache
  readonly states: StateCache
  /** Only for a picture of a source. */
  readonly pull?: {
    /** Makes the record where there is none. @throws StrataError NOT_FOUND and others, where the source has no such picture */
    readonly missing: () => Promise<StoredState>
    /** Called with each record that is found. */
    readonly found: (state: ImageState) => void
  }
}

/** What is known of an image: it is ready to be served, not encoded yet, its upload failed, or its file is damaged. */
export type Lookup =
  /** `stored` where the record was read now: that of the image, or of the upload that is to replace it. */
  | { readonly kind: 'ready'; readonly image: LoadedImage; readonly stored?: StoredState }
  | { readonly kind: 'open'; readonly id: string; readonly state: OpenState; readonly stored: StoredState }
  | { readonly kind: 'failed'; readonly state: FailedState }
  /** Ready, but nothing can be read from its file. `stored` as above. */
  | {
      readonly kind: 'damaged'
      readonly id: string
      readonly state: ReadyState
      readonly error: StrataError
      readonly stored?: StoredState
    }

/** What is thrown where a stored file is not what was stored. */
const DAMAGE: readonly StrataErrorCode[] = [
  'ENTROPY_CORRUPT',
  'FORMAT_CHECKSUM',
  'FORMAT_INVALID',
  'FORMAT_MAGIC',
  'FORMAT_TRUNCATED',
]

/** How often one request reads the record again because the image was replaced meanwhile. */
const TRIES = 3

/**
 * Looks an image up and answers with it. The record is read again while its file turns out to be gone.
 * @param answer gives undefined when the file is gone: replaced or deleted since the record was read
 * @param mayBeCached whether a record that this isolate read a second ago will do
 * @throws StrataError NOT_FOUND, STORAGE_FAILED; whatever `answer` throws
 */
export async function answerLookup(
  wanted: ImageId,
  services: LookupServices,
  answer: (lookup: Lookup) => Promise<Response | undefined>,
  mayBeCached = true,
): Promise<Response> {
  for await (const lookup of lookUp(wanted, services, mayBeCached)) {
    const response = await answer(lookup)
    if (response !== undefined) return response
  }
  throw new StrataError('INTERNAL', `the stored file of ${wanted.id} is missing`)
}

/** First what this isolate has just read, where that is the version that is asked for; then what the bucket says. */
async function* lookUp(
  { id, hash }: ImageId,
  services: LookupServices,
  mayBeCached: boolean,
): AsyncGenerator<Lookup> {
  const { store, states, pull } = services
  const isWanted = (state: ReadyState) => hash === undefined || state.hash.startsWith(hash)
  const cached = mayBeCached ? states.find(id) : undefined
  if (cached && isWanted(cached)) {
    pull?.found(cached)
    yield* load(id, cached, services)
  }
  for (let i = 0; i < TRIES; i++) {
    const stored = await states.read(
      id,
      async (name) => (await store.readState(name)) ?? (await pull?.missing()),
    )
    if (stored === undefined) throw new StrataError('NOT_FOUND', `no image with id ${id}`)
    const { state } = stored
    pull?.found(state)
    const served = servedState(state)
    if (hash !== undefined && !(served && isWanted(served)))
      throw new StrataError('NOT_FOUND', `image ${id} has no version ${hash}`)
    if (served !== undefined) yield* load(id, served, services, stored)
    else if (state.status === 'failed') yield { kind: 'failed', state }
    else if (isOpen(state)) yield { kind: 'open', id, state, stored }
  }
}

/** Nothing when the file is gone. */
async function* load(
  id: string,
  state: ReadyState,
  services: LookupServices,
  stored?: StoredState,
): AsyncGenerator<Lookup> {
  const read = stored && { stored }
  try {
    const header = await services.headers.read(services.store, state)
    if (header !== undefined) yield { kind: 'ready', image: { id, state, header }, ...read }
  } catch (error) {
    if (!isDamage(error)) throw error
    yield { kind: 'damaged', id, state, error, ...read }
  }
}

/** Whether a stored file is at fault, and neither the request nor a service. */
export function isDamage(error: unknown): error is StrataError {
  return hasCode(error, ...DAMAGE)
}
