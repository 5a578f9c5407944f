import { hasCode, StrataError } from '../../core/errors.ts'
import type { NamedSource } from '../sources/named-source.ts'
import { type SourceAnswer, type Validators, validatorsOf } from '../sources/picture-source.ts'
import { requirePicture } from '../sources/upload-body.ts'
import type { ImageState, PulledFrom } from '../store/state.ts'
import { forgetImage, missing, type PullServices, type WantedPicture } from './pull.ts'
import { startUpload } from './start-upload.ts'
import { acceptUpload } from './upload.ts'

/** Seconds after which a source that failed is asked again, and a picture that could not be encoded is tried again. */
const DOWN_S = 60
const FAILED_S = 3600
/** Milliseconds. Newer confirmations are not written down: a record is not worth a write a second. */
const WRITTEN_MS = 60_000
const TRIES = 3

/** Whether the source should be asked about a pulled picture. @param now epoch milliseconds */
export function isDue(
  { id, source }: WantedPicture,
  state: ImageState | undefined,
  { memory }: Pick<PullServices, 'memory'>,
  now = Date.now(),
): boolean {
  return now >= Math.max(memory.rests.get(id) ?? 0, state ? dueTime(state, source) : 0)
}

function dueTime({ status, from }: ImageState, source: NamedSource): number {
  if (from === undefined) return 0
  if (from.missingSince !== undefined) return from.missingSince + graceMs(source)
  const seconds = status === 'failed' ? Math.min(FAILED_S, source.revalidate) : source.revalidate
  return from.checked + 1000 * seconds
}

/**
 * Milliseconds for which a picture that its source has no more is still served: a tenth of `revalidate`, so that a website
 * that is being rebuilt loses nothing.
 */
function graceMs({ revalidate, isImmediate }: NamedSource): number {
  return isImmediate ? 0 : Math.max(1000, 100 * revalidate)
}

/**
 * Asks the source whether its picture is still the one that is stored, once however many want to know. Another one is
 * stored and encoded; one that is missing for the second time, after the grace, is removed. While the source is down or
 * sends what is no picture, everything stays.
 * @throws StrataError STORAGE_FAILED
 */
export async function revalidate(wanted: WantedPicture, services: PullServices): Promise<void> {
  const { memory, keepAlive } = services
  await memory.checks.run(wanted.id, keepAlive, async () => {
    const seconds = await check(wanted, services)
    if (seconds !== undefined) memory.rests.set(wanted.id, Date.now() + 1000 * seconds)
    return { value: undefined }
  })
}

/** @returns seconds for which this isolate need not ask again; undefined where there was nothing to ask */
async function check(wanted: WantedPicture, services: PullServices): Promise<number | undefined> {
  const { id, source, path, limit } = wanted
  const state = (await services.store.readState(id))?.state
  // Another isolate may have asked meanwhile.
  if (state === undefined || !isDue(wanted, state, services)) return undefined
  const answer = await source.reader.read(path, knownOf(state), limit)
  if (answer.kind === 'unchanged') await confirm(wanted, undefined, services)
  else if (answer.kind === 'missing') return await noteMissing(wanted, state, services)
  else {
    const failure = answer.kind === 'failed' ? answer.error : await replace(wanted, answer, services)
    if (failure !== undefined) {
      const { code, message } = failure
      console.error(JSON.stringify({ event: 'source-failed', id, source: source.name, code, message }))
      return Math.min(DOWN_S, source.revalidate)
    }
  }
  return source.revalidate
}

/** A picture that could not be encoded, though nothing is wrong with it, is wanted in any case. */
function knownOf({ status, original, from }: ImageState): Validators {
  const isWanted = status === 'failed' && original !== undefined
  return isWanted ? {} : validatorsOf(from?.etag, from?.lastModified)
}

/** @returns why the picture cannot take the place of the one that is stored */
async function replace(
  wanted: WantedPicture,
  { upload, validators }: Extract<SourceAnswer, { kind: 'picture' }>,
  services: PullServices,
): Promise<StrataError | undefined> {
  const { id, source, path } = wanted
  try {
    const picture = await requirePicture(upload, `source ${source.name}`)
    const from = { source: source.name, path, ...validators, checked: Date.now() }
    const servesOld = !source.isImmediate
    const taken = await acceptUpload(id, picture, {}, services, { from, servesOld })
    await startUpload(id, taken, taken.isNew, services)
    if (taken.isNew) await services.dropStale(id)
    // The same bytes under another ETag.
    else await confirm(wanted, validators, services)
    return undefined
  } catch (error) {
    if (error instanceof StrataError && !hasCode(error, 'STORAGE_FAILED', 'UPLOAD_BUSY')) return error
    throw error
  }
}

/** Writes down that the source still has the picture. @param validators undefined: those that the record has */
async function confirm(
  { id, source: { name }, path }: WantedPicture,
  validators: Validators | undefined,
  services: PullServices,
): Promise<void> {
  await updateFrom(id, services, (from) => {
    const { etag, lastModified } = validators ?? from ?? {}
    const isSame = from?.etag === etag && from?.lastModified === lastModified
    if (from && isSame && from.missingSince === undefined && Date.now() - from.checked < WRITTEN_MS)
      return from
    return { source: name, path, ...validatorsOf(etag, lastModified), checked: Date.now() }
  })
}

/** @returns seconds until the source should be asked again */
async function noteMissing(
  { id, url, source, path }: WantedPicture,
  { from }: ImageState,
  services: PullServices,
): Promise<number> {
  const { store, dropStale, memory } = services
  const now = Date.now()
  const since = from?.missingSince ?? now
  if (now - since >= graceMs(source)) {
    await forgetImage(id, store)
    await dropStale(id)
    await memory.absences.note(id, url, missing(source, path))
    return 0
  }
  const place = { source: source.name, path, checked: 0 }
  await updateFrom(id, services, (before) => ({ ...place, ...before, missingSince: since }))
  return graceMs(source) / 1000
}

async function updateFrom(
  id: string,
  { store }: Pick<PullServices, 'store'>,
  change: (from: PulledFrom | undefined) => PulledFrom,
): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const stored = await store.readState(id)
    if (stored === undefined) return
    const from = change(stored.state.from)
    if (from === stored.state.from) return
    if ((await store.writeState(id, { ...stored.state, from }, stored.etag)) !== undefined) return
  }
}
