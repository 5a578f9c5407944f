/** What a listing says of an object. */
export interface ListedObject {
  readonly key: string
  /** Length in bytes. */
  readonly size: number
  /** Epoch milliseconds of the last write. */
  readonly uploaded: number
  /** Empty where the listing was not asked for it. */
  readonly metadata: Readonly<Record<string, string>>
}

export interface ObjectInfo extends ListedObject {
  /** Names the content for `onlyIf`. Its form is the store's own. */
  readonly etag: string
  /** Media type. */
  readonly contentType: string
}

/** An object whose bytes, or those of a range, can be read once. */
export interface StoredObject extends ObjectInfo {
  readonly body: ReadableStream<Uint8Array>
  /** All of `body`. */
  bytes(): Promise<Uint8Array>
}

/** The bytes [start, end). */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Bytes whose number is known before the first of them. */
export interface SizedStream {
  readonly stream: ReadableStream<Uint8Array>
  readonly length: number
}

export interface PutOptions {
  /** @default 'application/octet-stream' */
  readonly contentType?: string
  /** Names of letters and digits that begin with a small letter; at most 2000 characters in all. */
  readonly metadata?: Readonly<Record<string, string>>
  /**
   * `absent`: write only where no object is; `{ etag }`: only over this one.
   * @default always
   */
  readonly onlyIf?: 'absent' | { readonly etag: string }
}

export interface ListOptions {
  readonly prefix: string
  /** Only keys behind this one. */
  readonly after?: string | undefined
  /** @default 1000, which is the most */
  readonly limit?: number | undefined
  /** Whether to list metadata. @default false */
  readonly metadata?: boolean
}

/** One page of a listing; `more` where another page follows. A page may be shorter than asked, but then is not empty. */
export interface Page<T> {
  readonly entries: readonly T[]
  readonly more: boolean
}

/**
 * A bucket: all that the plugin asks of the place where images lie. A read sees every write that has ended before.
 * What a store throws means that it failed; an object that is missing or a condition that does not hold is undefined.
 */
export interface ObjectStore {
  /** Whether a listing with metadata costs no more requests than one without. */
  readonly listsMetadata: boolean
  /** @param range begins within the object; what of it lies behind the object's end is left out */
  get(key: string, range?: ByteRange): Promise<StoredObject | undefined>
  head(key: string): Promise<ObjectInfo | undefined>
  /**
   * Writes the whole object or nothing.
   * @returns the new etag; undefined where `onlyIf` does not hold
   */
  put(key: string, body: Uint8Array | string | SizedStream, options?: PutOptions): Promise<string | undefined>
  /** Removes objects, at most 1000; a missing one is no error. */
  delete(keys: readonly string[]): Promise<void>
  /** Objects in the order of their keys. */
  list(options: ListOptions): Promise<Page<ListedObject>>
  /** @throws where the store does not answer, or cannot write on conditions */
  check(): Promise<void>
}
