/** A request as it is made. It is plain data, so that it can be printed, changed and made again. */
export interface FuzzRequest {
  /** Name of one of the deployments. */
  readonly deployment: string
  readonly method: string
  /** Scheme, host and port. */
  readonly base: string
  /** As it stands in the URL. */
  readonly path: string
  /** Parts of the query, as they stand in the URL. */
  readonly query: readonly string[]
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array | undefined
}

/** What came back, read to its end. */
export interface FuzzAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/** A text that stands in parts of requests, by which they are recognized in answers. */
export const MARK = 'zq7mark'
