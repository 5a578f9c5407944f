/** What R2 says of an object. */
export interface R2ObjectLike {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  readonly uploaded: Date
  readonly customMetadata?: Record<string, string> | undefined
  readonly httpMetadata?: { readonly contentType?: string | undefined } | undefined
}

export interface R2BodyLike extends R2ObjectLike {
  readonly body: ReadableStream<Uint8Array>
  arrayBuffer(): Promise<ArrayBuffer>
}

export interface R2PutOptionsLike {
  readonly httpMetadata: { contentType: string }
  readonly customMetadata?: Record<string, string>
  readonly onlyIf?: { etagMatches: string } | { etagDoesNotMatch: string }
}

/**
 * An R2 binding, as far as it is used. `R2Bucket` fits it, whether `wrangler types` or `@cloudflare/workers-types` declares
 * that; a program that is no Worker needs neither.
 */
export interface R2BucketLike {
  get(
    key: string,
    options?: { range: { offset: number; length: number } } | undefined,
  ): Promise<R2BodyLike | null>
  head(key: string): Promise<R2ObjectLike | null>
  /** @returns null where the condition does not hold */
  put(
    key: string,
    value: Uint8Array | string | ReadableStream,
    options: R2PutOptionsLike,
  ): Promise<R2ObjectLike | null>
  delete(keys: string[]): Promise<void>
  list(options: {
    prefix: string
    startAfter?: string
    limit?: number
    /** Without it R2 lists no metadata. Some types of R2 know it, some do not. */
    include?: 'customMetadata'[]
  }): Promise<{ readonly objects: R2ObjectLike[]; readonly truncated: boolean }>
}
