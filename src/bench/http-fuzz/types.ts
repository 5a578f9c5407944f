/** A request as plain data, which can be printed, changed and repeated. */
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

/** An answer with its whole body. */
export interface FuzzAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/** A text in parts of requests, by which these are recognized in answers. */
export const MARK = 'zq7mark'
