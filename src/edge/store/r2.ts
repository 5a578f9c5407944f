import type {
  ListOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  SizedStream,
  StoredObject,
} from './object-store.ts'
import type { R2BodyLike, R2BucketLike, R2ObjectLike, R2PutOptionsLike } from './r2-bucket.ts'

const DEFAULT_TYPE = 'application/octet-stream'

/** An R2 binding as an ObjectStore. It throws whatever the binding throws. */
export function r2Store(bucket: R2BucketLike): ObjectStore {
  return {
    listsMetadata: true,

    async get(key, range) {
      const where = range && { range: { offset: range.start, length: range.end - range.start } }
      const object = await bucket.get(key, where)
      return object === null ? undefined : storedObject(object)
    },

    async head(key) {
      const object = await bucket.head(key)
      return object === null ? undefined : infoOf(object)
    },

    async put(key, body, options = {}) {
      const written = await bucket.put(key, contentOf(body), putOptions(options))
      return written?.etag
    },

    async delete(keys) {
      if (keys.length > 0) await bucket.delete([...keys])
    },

    async list({ prefix, after, limit, metadata = false }: ListOptions) {
      const where = {
        prefix,
        ...(after !== undefined && { startAfter: after }),
        ...(limit !== undefined && { limit }),
        ...(metadata && { include: ['customMetadata' as const] }),
      }
      const { objects, truncated } = await bucket.list(where)
      return { entries: objects.map(listedObject), more: truncated }
    },

    async check() {
      await bucket.head('health')
    },
  }
}

/** R2 takes a stream only of known length: a FixedLengthStream, or the body of a request. */
function contentOf(body: Uint8Array | string | SizedStream): Uint8Array | string | ReadableStream {
  return typeof body === 'string' || body instanceof Uint8Array ? body : body.stream
}

function putOptions({ contentType, metadata, onlyIf }: PutOptions): R2PutOptionsLike {
  return {
    httpMetadata: { contentType: contentType ?? DEFAULT_TYPE },
    ...(metadata && { customMetadata: { ...metadata } }),
    ...(onlyIf && {
      onlyIf: onlyIf === 'absent' ? { etagDoesNotMatch: '*' } : { etagMatches: onlyIf.etag },
    }),
  }
}

function storedObject(object: R2BodyLike): StoredObject {
  return {
    ...infoOf(object),
    body: object.body,
    bytes: async () => new Uint8Array(await object.arrayBuffer()),
  }
}

function infoOf(object: R2ObjectLike): ObjectInfo {
  const contentType = object.httpMetadata?.contentType ?? DEFAULT_TYPE
  return { ...listedObject(object), etag: object.etag, contentType }
}

function listedObject({ key, size, uploaded, customMetadata }: R2ObjectLike) {
  return { key, size, uploaded: uploaded.getTime(), metadata: customMetadata ?? {} }
}
