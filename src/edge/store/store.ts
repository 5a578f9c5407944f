import { StrataError } from '../../core/errors.ts'
import { type ImageState, isOpen, type StoredState } from './state.ts'

/*
 * Keys in the bucket. Ids hold no slash, so no id can reach into another's objects.
 *
 *   state/ID                    the record (state.ts): which upload counts and how far it is
 *   original/ID/TOKEN           what was uploaded
 *   strata/ID/TOKEN-ATTEMPT     the .strata file that one attempt to encode gave
 *   jpeg/ID/HASH/DECISION       a JPEG of the file with this hash (persisted-jpegs.ts)
 *   sweep/position              where the sweep (sweep.ts) goes on
 */
const STATES = 'state/'
const SWEEP_POSITION = 'sweep/position'
const stateKey = (id: string): string => STATES + id
/** Folders whose objects count only while a record names them: by their key, or by the hash in it. */
export const OBJECT_FOLDERS = ['original', 'strata', 'jpeg'] as const

/** What a listing tells of a record without reading it. */
export interface ListedState {
  readonly id: string
  readonly state: ImageState['status']
  readonly token: string
  readonly uploaded: string
  /** Of a ready image. */
  readonly modelSet?: string
  /** Of a ready image: H of its file. */
  readonly hash?: string
  /** Of a failed one. */
  readonly code?: string
  /** Of one that is not encoded yet: see OpenState. */
  readonly leaseUntil?: number
  /** Keys that the record names. */
  readonly keys: readonly string[]
}

export interface ListedObject {
  readonly key: string
  /** Epoch milliseconds. */
  readonly uploaded: number
}

/** One page of a listing; `more` when there is another after the last entry. */
export interface Page<T> {
  readonly entries: readonly T[]
  readonly more: boolean
}

/** The images of one bucket. Every method throws STORAGE_FAILED when the bucket does not do what it is asked. */
export class ImageStore {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async readState(id: string): Promise<StoredState | undefined> {
    const object = await stored(() => this.#bucket.get(stateKey(id)))
    if (object === null) return undefined
    return { state: await stored(() => object.json<ImageState>()), etag: object.etag }
  }

  /**
   * Writes the record.
   * @param over write only when the record is still this version
   * @returns the new version, undefined when it was not
   */
  async writeState(id: string, state: ImageState, over?: string): Promise<string | undefined> {
    const written: R2Object | null = await stored(() =>
      this.#bucket.put(stateKey(id), JSON.stringify(state), {
        httpMetadata: { contentType: 'application/json' },
        customMetadata: describeState(state),
        ...(over !== undefined && { onlyIf: { etagMatches: over } }),
      }),
    )
    return written?.etag
  }

  /** @param body must know its length, or come through a FixedLengthStream */
  async putOriginal(id: string, token: string, body: ReadableStream, contentType: string): Promise<string> {
    const key = `original/${id}/${token}`
    await stored(() => this.#bucket.put(key, body, { httpMetadata: { contentType } }))
    return key
  }

  async putFile(
    id: string,
    name: { readonly token: string; readonly attempt: number },
    bytes: Uint8Array,
    metadata: Record<string, string>,
  ): Promise<string> {
    const key = `strata/${id}/${name.token}-${name.attempt}`
    await stored(() =>
      this.#bucket.put(key, bytes, {
        httpMetadata: { contentType: 'image/vnd.strata' },
        customMetadata: metadata,
      }),
    )
    return key
  }

  get(key: string): Promise<R2ObjectBody | null> {
    return stored(() => this.#bucket.get(key))
  }

  /** The object's bytes [start, end), or what there is of them; undefined when the object has gone. */
  async readRange(key: string, start: number, end: number): Promise<R2ObjectBody | undefined> {
    const range = { offset: start, length: end - start }
    return (await stored(() => this.#bucket.get(key, { range }))) ?? undefined
  }

  async remove(keys: readonly (string | undefined)[]): Promise<void> {
    const present = keys.filter((key) => key !== undefined)
    if (present.length > 0) await stored(() => this.#bucket.delete(present))
  }

  /**
   * Removes the record and then the objects it names.
   * @throws StrataError NOT_FOUND
   */
  async removeImage(id: string): Promise<void> {
    const record = await this.readState(id)
    if (record === undefined) throw new StrataError('NOT_FOUND', `image: there is none with the id ${id}`)
    await stored(() => this.#bucket.delete(stateKey(id)))
    await this.remove(objectsOf(record.state))
  }

  /** Records in the order of their ids: all, or those `after` an id, or `from` it on. */
  async listStates(options: {
    readonly after?: string | undefined
    readonly from?: string | undefined
    readonly limit?: number
  }): Promise<Page<ListedState>> {
    const after = options.from ? justBefore(options.from) : options.after
    const { objects, truncated } = await this.#list(STATES, after && stateKey(after), options)
    return { entries: objects.map(readListedState), more: truncated }
  }

  /** The objects of one folder in the order of their keys. */
  async listObjects(
    folder: (typeof OBJECT_FOLDERS)[number],
    after: string | undefined,
  ): Promise<Page<ListedObject>> {
    const { objects, truncated } = await this.#list(`${folder}/`, after, {})
    const entries = objects.map(({ key, uploaded }) => ({ key, uploaded: uploaded.getTime() }))
    return { entries, more: truncated }
  }

  async readSweepPosition<T>(): Promise<T | undefined> {
    const object = await this.get(SWEEP_POSITION)
    return object === null ? undefined : await stored(() => object.json<T>())
  }

  async writeSweepPosition(position: unknown): Promise<void> {
    await stored(() => this.#bucket.put(SWEEP_POSITION, JSON.stringify(position)))
  }

  async check(): Promise<void> {
    await stored(() => this.#bucket.head('health'))
  }

  #list(prefix: string, startAfter: string | undefined, { limit }: { readonly limit?: number }) {
    const where = {
      prefix,
      ...(startAfter !== undefined && { startAfter }),
      ...(limit !== undefined && { limit }),
    }
    // The types know no `include`, but without it R2 lists no metadata.
    return stored(() => this.#bucket.list({ ...where, include: ['customMetadata'] } as R2ListOptions))
  }
}

/** The objects a record names. */
export function objectsOf(state: ImageState): string[] {
  const keys = [state.original, state.status === 'ready' ? state.file : undefined]
  return keys.filter((key) => key !== undefined)
}

/** What sorts right before an id, after all others that do: no character of an id is above `~`. */
function justBefore(id: string): string {
  const last = id.length - 1
  return `${id.slice(0, last)}${String.fromCharCode(id.charCodeAt(last) - 1)}~`
}

/** R2 keeps at most 2048 bytes of it; two keys of ids of 128 characters take 450. */
function describeState(state: ImageState): Record<string, string> {
  return {
    state: state.status,
    token: state.token,
    uploaded: state.uploaded,
    keys: objectsOf(state).join(' '),
    ...(state.status === 'ready' && { modelSet: state.modelSet, hash: state.hash }),
    ...(state.status === 'failed' && { code: state.error.code }),
    ...(isOpen(state) && { leaseUntil: String(state.leaseUntil) }),
  }
}

function readListedState({ key, customMetadata: of = {} }: R2Object): ListedState {
  return {
    id: key.slice(STATES.length),
    state: of.state as ListedState['state'],
    token: of.token ?? '',
    uploaded: of.uploaded ?? '',
    keys: (of.keys ?? '').split(' ').filter((named) => named !== ''),
    ...(of.modelSet !== undefined && { modelSet: of.modelSet }),
    ...(of.hash !== undefined && { hash: of.hash }),
    ...(of.code !== undefined && { code: of.code }),
    ...(of.leaseUntil !== undefined && { leaseUntil: Number(of.leaseUntil) }),
  }
}

async function stored<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new StrataError('STORAGE_FAILED', 'the image bucket does not answer', { cause })
  }
}
