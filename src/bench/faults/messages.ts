/** A message as it is delivered. */
export interface Sent {
  readonly id: string
  readonly timestamp: Date
  readonly attempts: number
  readonly body: unknown
}

/** What a consumer makes of a batch, as workerd tells it. */
export interface BatchResult {
  readonly outcome: string
  readonly ackAll: boolean
  readonly retryBatch: { readonly retry: boolean; readonly delaySeconds?: number }
  readonly explicitAcks: readonly string[]
  readonly retryMessages: readonly { readonly msgId: string; readonly delaySeconds?: number }[]
}
