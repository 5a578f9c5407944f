/*
 * `strata-cdn/s3`: a bucket of any server that speaks the S3 API. It needs the package aws4fetch and, of the runtime,
 * fetch and WebCrypto.
 */

import { mapInTurns } from '../../../core/map-in-turns.ts'
import type {
  ByteRange,
  ListedObject,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  Page,
  PutOptions,
} from '../object-store.ts'
import { failure, pause, refusal, type S3Answer, type S3Call, S3Client } from './client.ts'
import { requireConditionalWrites } from './conditional-writes.ts'
import { putHeaders } from './headers.ts'
import { listKeys } from './listing.ts'
import { checkS3Options, type S3StoreOptions } from './options.ts'
import { infoOf, isMissing, storedObject } from './read.ts'

export type { ObjectStore } from '../object-store.ts'
export type { S3StoreOptions } from './options.ts'

/** Requests at a time: a Worker may wait for six answers. */
const AT_ONCE = 6
/** Entries of a page with metadata, each of which takes a request of its own. */
const DESCRIBED_PAGE = 50
/** How often a conditional write is tried while others write the same object. */
const CONFLICTS = 3

/**
 * The bucket of an S3-compatible server, for option `bucket`. The server must support conditional writes, which is tried
 * before the first of them and by `GET /health`. The key needs s3:GetObject, s3:PutObject, s3:DeleteObject and
 * s3:ListBucket; without the last one S3 calls a missing object forbidden.
 *
 * @example
 * bucket: (c) => s3Store({
 *   endpoint: 'https://s3.eu-central-1.amazonaws.com',
 *   bucket: 'my-images',
 *   region: 'eu-central-1',
 *   accessKeyId: c.env.S3_ACCESS_KEY_ID,
 *   secretAccessKey: c.env.S3_SECRET_ACCESS_KEY,
 * })
 *
 * @throws StrataError OPTION_INVALID; its methods throw STORAGE_FAILED
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  const resolved = checkS3Options(options)
  return new S3Store(new S3Client(resolved), resolved.prefix)
}

class S3Store implements ObjectStore {
  readonly listsMetadata = false
  readonly #client: S3Client
  readonly #prefix: string

  constructor(client: S3Client, prefix: string) {
    this.#client = client
    this.#prefix = prefix
  }

  async get(key: string, range?: ByteRange) {
    const headers = range && { Range: `bytes=${range.start}-${range.end - 1}` }
    const call: S3Call = { method: 'GET', key, ...(headers && { headers }) }
    const answer = await this.#client.send(call)
    if (isMissing(answer)) return undefined
    const expected = range ? 206 : 200
    if (answer.status !== expected) throw refusal(call, `${expected} or NoSuchKey`, answer)
    return storedObject(call, answer, this.#client.timeoutMs)
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const call: S3Call = { method: 'HEAD', key }
    const answer = await this.#client.send(call)
    // An answer to HEAD names no code.
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw refusal(call, '200 or 404', answer)
    return infoOf(call, answer.headers)
  }

  async put(key: string, body: S3Call['body'] & {}, options: PutOptions = {}): Promise<string | undefined> {
    const { onlyIf } = options
    const call: S3Call = { method: 'PUT', key, headers: putHeaders(options), body }
    if (onlyIf === undefined) return etagOf(call, await this.#client.send(call))
    await requireConditionalWrites(this.#client)
    const tries = isStream(body) ? 1 : CONFLICTS
    for (let i = 1; ; i++) {
      const answer = await this.#client.send(call)
      if (answer.status === 412 || (onlyIf !== 'absent' && isMissing(answer))) return undefined
      if (answer.status !== 409 || i === tries) return etagOf(call, answer)
      await pause(i)
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    // DeleteObjects wants a checksum of its list, and not every server takes the same one.
    await mapInTurns(keys, AT_ONCE, async (key) => {
      const call: S3Call = { method: 'DELETE', key }
      const answer = await this.#client.send(call)
      if (answer.status >= 300 && !isMissing(answer)) throw refusal(call, '204', answer)
    })
  }

  async list({ prefix, after, limit = 1000, metadata = false }: ListOptions): Promise<Page<ListedObject>> {
    const most = metadata ? Math.min(limit, DESCRIBED_PAGE) : limit
    const own = this.#prefix
    let last = after
    for (;;) {
      const where = { prefix: own + prefix, after: last === undefined ? undefined : own + last, limit: most }
      const page = await listKeys(this.#client, where)
      const entries = page.entries.map((entry) => ({ ...entry, key: entry.key.slice(own.length) }))
      if (!metadata) return { entries, more: page.more }
      const described = await mapInTurns(entries, AT_ONCE, ({ key }) => this.head(key))
      // What was removed meanwhile is no longer there.
      const present = described.filter((entry) => entry !== undefined)
      if (present.length > 0 || !page.more) return { entries: present, more: page.more }
      last = entries.at(-1)?.key
    }
  }

  async check(): Promise<void> {
    await requireConditionalWrites(this.#client)
    await listKeys(this.#client, { prefix: this.#prefix, after: undefined, limit: 1 })
  }
}

function isStream(body: S3Call['body'] & {}): boolean {
  return typeof body === 'object' && 'stream' in body
}

/** @throws StrataError STORAGE_FAILED unless the object was written */
function etagOf(call: S3Call, answer: S3Answer): string {
  if (answer.status !== 200) throw refusal(call, '200', answer)
  const etag = answer.headers.get('ETag')
  if (etag === null) throw failure(call, 'an ETag', 'none')
  return etag
}
