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
import { justBefore, type ListedState, readListedState, stateMetadata } from './listing.ts'
import type { ListedObject, ObjectStore, Page, SizedStream, StoredObject } from './object-store.ts'
import type { ImageState, StoredState } from './state.ts'

/** The images of one bucket. Every method throws STORAGE_FAILED when the bucket fails. */
export class ImageStore {
  readonly #bucket: ObjectStore

  constructor(bucket: ObjectStore) {
    this.#bucket = bucket
  }

  async readState(id: string): Promise<StoredState | undefined> {
    const object = await this.get(stateKey(id))
    return object && { state: await readJson<ImageState>(object), etag: object.etag }
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
    return await guarded(() =>
      this.#bucket.put(stateKey(id), JSON.stringify(state), {
        contentType: 'application/json',
        metadata: stateMetadata(state),
        onlyIf: over === undefined ? 'absent' : { etag: over },
      }),
    )
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
    await this.remove([stateKey(id)])
    return true
  }

  /**
   * @param body in workerd, its stream must be that of a FixedLengthStream
   * @returns the key
   */
  async putOriginal(id: string, token: string, body: SizedStream, contentType: string): Promise<string> {
    const key = originalKey(id, token)
    await guarded(() => this.#bucket.put(key, body, { contentType }))
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
    await guarded(() => this.#bucket.put(key, bytes, { contentType: STRATA_TYPE, metadata }))
    return key
  }

  /** Undefined when the object is gone. */
  get(key: string): Promise<StoredObject | undefined> {
    return guarded(() => this.#bucket.get(key))
  }

  /** The bytes [start, end) of an object, or those of them that exist; undefined when the object is gone. */
  readRange(key: string, start: number, end: number): Promise<StoredObject | undefined> {
    return guarded(async () => {
      try {
        return await this.#bucket.get(key, { start, end })
      } catch (error) {
        // A bucket refuses a range of which no byte exists.
        const info = await this.#bucket.head(key)
        if (info === undefined || info.size > start) throw error
        return { ...info, body: new Blob([]).stream(), bytes: async () => new Uint8Array(0) }
      }
    })
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
    await this.remove([stateKey(id)])
    await this.remove(objectsOf(state))
  }

  /** Records in the order of their ids: all of them, those `after` an id, or those `from` an id on. */
  async listStates(options: {
    readonly after?: string | undefined
    readonly from?: string | undefined
    readonly limit?: number
  }): Promise<Page<ListedState>> {
    const after = options.from ? justBefore(options.from) : options.after
    const where = { prefix: STATES, after: after && stateKey(after), limit: options.limit, metadata: true }
    const { entries, more } = await guarded(() => this.#bucket.list(where))
    return { entries: entries.map(readListedState), more }
  }

  /** The objects of one folder in the order of their keys. */
  listObjects(folder: ObjectFolder, after: string | undefined): Promise<Page<ListedObject>> {
    return guarded(() => this.#bucket.list({ prefix: `${folder}/`, after }))
  }

  async readSweepPosition<T>(): Promise<T | undefined> {
    const object = await this.get(SWEEP_POSITION)
    return object && (await readJson<T>(object))
  }

  async writeSweepPosition(position: unknown): Promise<void> {
    await guarded(() => this.#bucket.put(SWEEP_POSITION, JSON.stringify(position)))
  }

  /** Whether the bucket answers and can do what records need. */
  async check(): Promise<void> {
    await guarded(() => this.#bucket.check())
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

async function readJson<T>(object: StoredObject): Promise<T> {
  return await guarded(async () => JSON.parse(new TextDecoder().decode(await object.bytes())) as T)
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof StrataError) throw cause
    throw new StrataError('STORAGE_FAILED', 'the image bucket does not answer', { cause })
  }
}
