import { StrataError } from '../core/errors.ts'
import type { ImageState, StoredState } from './state.ts'

/*
 * Keys in the bucket. Ids hold no slash, so no id can reach into another's objects.
 *
 *   state/ID                    the record (state.ts): which upload counts and how far it is
 *   original/ID/TOKEN           what was uploaded
 *   strata/ID/TOKEN-ATTEMPT     the .strata file that one attempt to encode gave
 */
const stateKey = (id: string): string => `state/${id}`
const PREFIXES = ['original', 'strata'] as const
/** Objects without a record are given this long: an upload under way has an original but no record yet. */
const ORPHAN_AGE_MS = 3_600_000

/** The images of one bucket. */
export class ImageStore {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async readState(id: string): Promise<StoredState | undefined> {
    const object = await this.#bucket.get(stateKey(id))
    if (object === null) return undefined
    return { state: await object.json<ImageState>(), etag: object.etag }
  }

  /**
   * Writes the record.
   * @param over write only when the record is still this version
   * @returns the new version, undefined when it was not
   */
  async writeState(id: string, state: ImageState, over?: string): Promise<string | undefined> {
    const written: R2Object | null = await this.#bucket.put(stateKey(id), JSON.stringify(state), {
      httpMetadata: { contentType: 'application/json' },
      ...(over !== undefined && { onlyIf: { etagMatches: over } }),
    })
    return written?.etag
  }

  async putOriginal(id: string, token: string, body: ReadableStream, contentType: string): Promise<string> {
    const key = `original/${id}/${token}`
    await this.#bucket.put(key, body, { httpMetadata: { contentType }, customMetadata: { token } })
    return key
  }

  async putFile(
    id: string,
    name: { readonly token: string; readonly attempt: number },
    bytes: Uint8Array,
    metadata: Record<string, string>,
  ): Promise<string> {
    const key = `strata/${id}/${name.token}-${name.attempt}`
    await this.#bucket.put(key, bytes, {
      httpMetadata: { contentType: 'image/vnd.strata' },
      customMetadata: { ...metadata, token: name.token },
    })
    return key
  }

  get(key: string): Promise<R2ObjectBody | null> {
    return this.#bucket.get(key)
  }

  /** The object's bytes [start, end), or what there is of them; undefined when the object has gone. */
  async readRange(key: string, start: number, end: number): Promise<R2ObjectBody | undefined> {
    return (await this.#bucket.get(key, { range: { offset: start, length: end - start } })) ?? undefined
  }

  async remove(keys: readonly (string | undefined)[]): Promise<void> {
    const present = keys.filter((key) => key !== undefined)
    if (present.length > 0) await this.#bucket.delete(present)
  }

  /**
   * Removes the record, its objects, and old objects of this id that no record names any more.
   * @throws StrataError NOT_FOUND
   */
  async removeImage(id: string, now = Date.now()): Promise<void> {
    const stored = await this.readState(id)
    if (stored === undefined) throw new StrataError('NOT_FOUND', `image: there is none with the id ${id}`)
    const { token } = stored.state
    await this.#bucket.delete(stateKey(id))
    for (const prefix of PREFIXES) {
      const { objects } = await this.#bucket.list({ prefix: `${prefix}/${id}/` })
      const stale = objects.filter(
        ({ key, uploaded }) => key.includes(`/${token}`) || now - uploaded.getTime() > ORPHAN_AGE_MS,
      )
      await this.remove(stale.map(({ key }) => key))
    }
  }

  /** @throws StrataError INTERNAL when the bucket does not answer */
  async check(): Promise<void> {
    try {
      await this.#bucket.head('health')
    } catch (cause) {
      throw new StrataError('INTERNAL', 'the image bucket does not answer', { cause })
    }
  }
}

/** The objects a record names. */
export function objectsOf(state: ImageState): (string | undefined)[] {
  if (state.status === 'failed') return []
  return [state.original, state.status === 'ready' ? state.file : undefined]
}
