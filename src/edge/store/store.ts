/*
 * Room store/: what lies in the bucket: its keys, the record of an image, the objects a record names, and the caches
 * of records and headers in an isolate. ingest/ decides what a record says; this room only reads and writes. It
 * knows no request and no response.
 */

import { StrataError } from '../../core/errors.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import {
  fileKey,
  type ObjectFolder,
  objectsOf,
  originalKey,
  STATES,
  SWEEP_POSITION,
  stateKey,
} from './keys.ts'
import {
  justBefore,
  type ListedObject,
  type ListedState,
  type Page,
  readListedState,
  stateMetadata,
} from './listing.ts'
import type { ImageState, StoredState } from './state.ts'

/** The images of one bucket. Every method throws STORAGE_FAILED when the bucket fails. */
export class ImageStore {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async readState(id: string): Promise<StoredState | undefined> {
    const object = await guarded(() => this.#bucket.get(stateKey(id)))
    if (object === null) return undefined
    return { state: await guarded(() => object.json<ImageState>()), etag: object.etag }
  }

  /** @throws StrataError NOT_FOUND */
  async requireState(id: string): Promise<StoredState> {
    const stored = await this.readState(id)
    if (stored === undefined) throw new StrataError('NOT_FOUND', `no image with id ${id}`)
    return stored
  }

  /**
   * Writes the record.
   * @param over write only when the record still is this version; undefined: only where there is none
   * @returns the new version; undefined when the record was another
   */
  async writeState(id: string, state: ImageState, over?: string): Promise<string | undefined> {
    const written: R2Object | null = await guarded(() =>
      this.#bucket.put(stateKey(id), JSON.stringify(state), {
        httpMetadata: { contentType: 'application/json' },
        customMetadata: stateMetadata(state),
        onlyIf: over === undefined ? { etagDoesNotMatch: '*' } : { etagMatches: over },
      }),
    )
    return written?.etag
  }

  /**
   * Takes a write of a record back: puts the one before in its place, or none.
   * @param over the version that the write gave; a record that has changed since stays
   * @returns whether it was taken back
   */
  async restoreState(id: string, before: ImageState | undefined, over: string): Promise<boolean> {
    if (before !== undefined) return (await this.writeState(id, before, over)) !== undefined
    // The bucket knows no conditional deletion.
    if ((await this.readState(id))?.etag !== over) return false
    await guarded(() => this.#bucket.delete(stateKey(id)))
    return true
  }

  /**
   * @param body must know its length, or come through a FixedLengthStream
   * @returns the key
   */
  async putOriginal(id: string, token: string, body: ReadableStream, contentType: string): Promise<string> {
    const key = originalKey(id, token)
    await guarded(() => this.#bucket.put(key, body, { httpMetadata: { contentType } }))
    return key
  }

  /** @returns the key */
  async putFile(
    id: string,
    { token, attempt }: { readonly token: string; readonly attempt: number },
    bytes: Uint8Array,
    metadata: Record<string, string>,
  ): Promise<string> {
    const key = fileKey(id, token, attempt)
    const httpMetadata = { contentType: STRATA_TYPE }
    await guarded(() => this.#bucket.put(key, bytes, { httpMetadata, customMetadata: metadata }))
    return key
  }

  get(key: string): Promise<R2ObjectBody | null> {
    return guarded(() => this.#bucket.get(key))
  }

  /** The bytes [start, end) of an object, or those of them that exist; undefined when the object is gone. */
  async readRange(key: string, start: number, end: number): Promise<R2ObjectBody | undefined> {
    const range = { offset: start, length: end - start }
    return (await guarded(() => this.#bucket.get(key, { range }))) ?? undefined
  }

  async remove(keys: readonly (string | undefined)[]): Promise<void> {
    const present = keys.filter((key) => key !== undefined)
    if (present.length > 0) await guarded(() => this.#bucket.delete(present))
  }

  /**
   * Removes the record and then the objects it names.
   * @throws StrataError NOT_FOUND
   */
  async removeImage(id: string): Promise<void> {
    const { state } = await this.requireState(id)
    await guarded(() => this.#bucket.delete(stateKey(id)))
    await this.remove(objectsOf(state))
  }

  /** Records in the order of their ids: all of them, those `after` an id, or those `from` an id on. */
  async listStates(options: {
    readonly after?: string | undefined
    readonly from?: string | undefined
    readonly limit?: number
  }): Promise<Page<ListedState>> {
    const after = options.from ? justBefore(options.from) : options.after
    const { objects, truncated } = await this.#list(STATES, after && stateKey(after), options.limit)
    return { entries: objects.map(readListedState), more: truncated }
  }

  /** The objects of one folder in the order of their keys. */
  async listObjects(folder: ObjectFolder, after: string | undefined): Promise<Page<ListedObject>> {
    const { objects, truncated } = await this.#list(`${folder}/`, after)
    const entries = objects.map(({ key, uploaded }) => ({ key, uploaded: uploaded.getTime() }))
    return { entries, more: truncated }
  }

  async readSweepPosition<T>(): Promise<T | undefined> {
    const object = await this.get(SWEEP_POSITION)
    return object === null ? undefined : await guarded(() => object.json<T>())
  }

  async writeSweepPosition(position: unknown): Promise<void> {
    await guarded(() => this.#bucket.put(SWEEP_POSITION, JSON.stringify(position)))
  }

  /** Whether the bucket answers. */
  async check(): Promise<void> {
    await guarded(() => this.#bucket.head('health'))
  }

  #list(prefix: string, startAfter: string | undefined, limit?: number) {
    const where = {
      prefix,
      ...(startAfter !== undefined && { startAfter }),
      ...(limit !== undefined && { limit }),
    }
    // The types do not know `include`, but without it R2 lists no metadata.
    return guarded(() => this.#bucket.list({ ...where, include: ['customMetadata'] } as R2ListOptions))
  }
}

/** The key of an image's original. @throws StrataError NOT_FOUND where it was not kept */
export function requireOriginal(id: string, state: ImageState): string {
  if (state.original !== undefined) return state.original
  throw originalMissing(id)
}

export function originalMissing(id: string): StrataError {
  return new StrataError('NOT_FOUND', `the original of ${id} was not kept`)
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new StrataError('STORAGE_FAILED', 'the image bucket does not answer', { cause })
  }
}
