import { createHash } from 'node:crypto'

interface BucketObject {
  readonly bytes: Uint8Array
  readonly etag: string
  /** Headers as they were sent: content type and metadata. */
  readonly headers: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly modified: number
}

/** When a write may happen. */
interface Conditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

/** The objects of a bucket, in memory. Each is written as a whole, and a condition and its write are one step. */
export class BucketObjects {
  readonly #objects = new Map<string, BucketObject>()
  readonly #writes = new Map<string, number>()
  #agedMs = 0

  get(key: string): BucketObject | undefined {
    const object = this.#objects.get(key)
    return object && { ...object, modified: object.modified - this.#agedMs }
  }

  /** @returns the object, or S3's error if the condition does not hold */
  put(
    key: string,
    bytes: Uint8Array,
    headers: BucketObject['headers'],
    { ifMatch, ifNoneMatch }: Conditions = {},
  ): BucketObject | 'PreconditionFailed' | 'NoSuchKey' {
    const before = this.#objects.get(key)
    if (ifNoneMatch !== undefined && before) return 'PreconditionFailed'
    if (ifMatch !== undefined && !before) return 'NoSuchKey'
    if (ifMatch !== undefined && before?.etag !== ifMatch) return 'PreconditionFailed'
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    const object = { bytes, etag, headers, modified: Date.now() }
    this.#objects.set(key, object)
    this.#writes.set(key, this.writesOf(key) + 1)
    return object
  }

  /** How often an object was written, even if it was deleted. */
  writesOf(key: string): number {
    return this.#writes.get(key) ?? 0
  }

  delete(key: string): void {
    this.#objects.delete(key)
  }

  /** Keys in byte order. Keys are ASCII. */
  keys(prefix = ''): string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort()
  }

  /** Makes all objects look older by this time, future ones included. */
  age(milliseconds: number): void {
    this.#agedMs = milliseconds
  }
}
