import { hasCode, StrataError } from '../../core/errors.ts'
import type { LruCache } from '../../core/lru.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import type { NamedSource } from '../sources/named-source.ts'
import { requirePicture } from '../sources/upload-body.ts'
import type { StoredState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import type { LeaseClient } from '../variants/lease-client.ts'
import type { SingleFlight } from '../variants/single-flight.ts'
import type { Absences } from './absences.ts'
import type { Jobs } from './jobs.ts'
import { startUpload } from './start-upload.ts'
import { type AcceptServices, acceptUpload } from './upload.ts'

/** A picture of a source that somebody asks for. */
export interface WantedPicture {
  /** See pulledId. */
  readonly id: string
  readonly source: NamedSource
  /** Decoded. */
  readonly path: string
  /** Of the request, whose host belongs to cache keys. */
  readonly url: string
  /** Bytes. */
  readonly limit: number
}

/** What an isolate knows of pulled pictures. */
export interface PullMemory {
  readonly absences: Absences
  readonly pulls: SingleFlight<StoredState>
  readonly checks: SingleFlight<void>
  /** By id: epoch milliseconds before which this isolate does not ask the source again. */
  readonly rests: LruCache<string, number>
}

export interface PullServices extends AcceptServices {
  readonly keepAlive: KeepAlive
  readonly jobs: () => Jobs
  /** Undefined: isolates do not wait for one another, and of several that pull at once all but one pull in vain. */
  readonly leases: LeaseClient | undefined
  readonly dropStale: (id: string) => Promise<void>
  readonly memory: PullMemory
}

/**
 * Pulls a picture that has no record: fetches it, stores it and starts its encoding. However many ask for it at once, it
 * is fetched once in this isolate, and once in all isolates where there are leases; it is encoded once in any case, because
 * the record is written only where there is none, and the same bytes are not encoded again.
 * @returns the record
 * @throws StrataError NOT_FOUND where the source has no such picture; REMOTE_FAILED, REMOTE_FORBIDDEN, INPUT_*,
 * STORAGE_FAILED, UPLOAD_BUSY. What is no fault of this side is remembered, and thrown again without asking
 */
export async function pullPicture(wanted: WantedPicture, services: PullServices): Promise<StoredState> {
  const { memory, keepAlive } = services
  return await memory.pulls.run(wanted.id, keepAlive, async () => {
    const absence = await memory.absences.find(wanted.id, wanted.url)
    if (absence !== undefined) throw absence
    return { value: await pullLeased(wanted, services) }
  })
}

async function pullLeased(wanted: WantedPicture, services: PullServices): Promise<StoredState> {
  const { store, leases, memory } = services
  const { id, url } = wanted
  const lease = await leases?.take(`pull/${id}`)
  let isDone = false
  try {
    // Another isolate may have pulled it before the lease was acquired.
    const stored = (leases && (await store.readState(id))) ?? (await pullNow(wanted, services))
    isDone = true
    return stored
  } catch (error) {
    if (error instanceof StrataError && !hasCode(error, 'STORAGE_FAILED', 'UPLOAD_BUSY'))
      await memory.absences.note(id, url, error)
    throw error
  } finally {
    await lease?.release(isDone)
  }
}

async function pullNow(
  { id, source, path, limit }: WantedPicture,
  services: PullServices,
): Promise<StoredState> {
  const { name, reader } = source
  const answer = await reader.read(path, {}, limit)
  if (answer.kind === 'failed') throw answer.error
  if (answer.kind === 'missing') throw missing(source, path)
  if (answer.kind === 'unchanged')
    throw new StrataError('REMOTE_FAILED', `source ${name}: expected a picture, got 304`)
  const upload = await requirePicture(answer.upload, `source ${name}`)
  const from = { source: name, path, ...answer.validators, checked: Date.now() }
  const taken = await acceptUpload(id, upload, {}, services, { from })
  await startUpload(id, taken, taken.isNew, services)
  return await services.store.requireState(id)
}

export function missing({ name }: NamedSource, path: string): StrataError {
  const shown = path.length > 100 ? `${path.slice(0, 100)}...` : path
  return new StrataError('NOT_FOUND', `source ${name} has no ${JSON.stringify(shown)}`)
}

/**
 * Forgets a pulled picture, with everything that was made of it, and that it was missing: the next request for it asks the
 * source. A picture that is not there is forgotten too.
 * @throws StrataError STORAGE_FAILED
 */
export async function purgePulled(
  { id, url }: Pick<WantedPicture, 'id' | 'url'>,
  { store, dropStale, memory }: PullServices,
): Promise<void> {
  memory.rests.set(id, 0)
  await memory.absences.forget(id, url)
  await forgetImage(id, store)
  await dropStale(id)
}

/** Removes the record of an image and what it names, where there is one. @throws StrataError STORAGE_FAILED */
export async function forgetImage(id: string, store: ImageStore): Promise<void> {
  try {
    await store.removeImage(id)
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error
  }
}
