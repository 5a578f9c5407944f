import { StrataError } from '../../core/errors.ts'
import { chunksOf } from './chunks.ts'
import { type PictureSource, type SourceAnswer, validatorsOf } from './picture-source.ts'
import type { BucketSource, SourceObject } from './source-options.ts'
import { checkLength } from './upload-body.ts'

/** A bucket: a picture's key is the prefix and its path. */
export function bucketSource(name: string, { bucket, prefix = '' }: BucketSource): PictureSource {
  const label = `source ${name}`

  async function get(key: string, etag: string | undefined): Promise<SourceObject | null> {
    try {
      return await bucket.get(key, etag === undefined ? {} : { onlyIf: { etagDoesNotMatch: etag } })
    } catch (cause) {
      throw new StrataError('REMOTE_FAILED', `${label}: the bucket does not answer`, { cause })
    }
  }

  async function open(object: SourceObject, limit: number): Promise<SourceAnswer> {
    const { body, size, etag } = object
    if (body === undefined) return { kind: 'unchanged' }
    try {
      const contentType = object.httpMetadata?.contentType ?? 'application/octet-stream'
      const length = checkLength(size, limit)
      const upload = { chunks: chunksOf(body), length, contentType, cutOff: 'REMOTE_FAILED' } as const
      return { kind: 'picture', upload, validators: validatorsOf(etag, undefined) }
    } catch (error) {
      await body.cancel().catch(() => undefined)
      throw error
    }
  }

  return {
    async read(path, { etag }, limit) {
      try {
        const object = await get(prefix + path, etag)
        return object === null ? { kind: 'missing' } : await open(object, limit)
      } catch (error) {
        if (error instanceof StrataError) return { kind: 'failed', error }
        throw error
      }
    },
  }
}
