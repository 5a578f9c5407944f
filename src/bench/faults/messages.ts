/** A message as it is delivered. */
export interface Sent {
  readonly id: string
  readonly timestamp: Date
  readonly attempts: number
  readonly body: unknown
}

/** Result of a consumer for a batch, in workerd's form. */
export interface BatchResult {
  readonly outcome: string
  readonly ackAll: boolean
  readonly retryBatch: { readonly retry: boolean; readonly delaySeconds?: number }
  readonly explicitAcks: readonly string[]
  readonly retryMessages: readonly { readonly msgId: string; readonly delaySeconds?: number }[]
}
