import { StrataError } from '../../core/errors.ts'
import { hmacSha256 } from '../../core/hmac.ts'
import type { ImageEvent } from './events.ts'

/** Where events are posted to, in the form of Standard Webhooks (https://www.standardwebhooks.com), version 1. */
export interface Webhook {
  readonly url: string
  /** Key of the signature: `whsec_` and base64, or any text. */
  readonly secret: string
  /** Used in place of the global `fetch`: a binding, a test. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
}

const TIMEOUT_MS = 15_000
const SECRET_PREFIX = 'whsec_'

/**
 * Posts one event. Its id and the time are signed with the body, so that a receiver can refuse old and repeated ones.
 * @param now epoch milliseconds
 * @throws StrataError WEBHOOK_FAILED unless the receiver answers 2xx
 */
export async function deliver(event: ImageEvent, hook: Webhook, now = Date.now()): Promise<void> {
  const body = JSON.stringify(event)
  const timestamp = String(Math.floor(now / 1000))
  const request = new Request(hook.url, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': await signWebhook(hook.secret, event.id, timestamp, body),
    },
    // A redirect would carry a signed body to an address that nobody configured.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const send = hook.fetch ?? ((outgoing: Request) => fetch(outgoing))
  const response = await send(request).catch((cause: unknown) => {
    throw new StrataError('WEBHOOK_FAILED', 'the receiver did not answer', { cause })
  })
  await response.body?.cancel()
  if (!response.ok) throw new StrataError('WEBHOOK_FAILED', `the receiver answered ${response.status}`)
}

/** `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. */
export async function signWebhook(
  secret: string,
  id: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const mac = await hmacSha256(keyOf(secret), `${id}.${timestamp}.${body}`)
  return `v1,${btoa(String.fromCharCode(...mac))}`
}

/** @throws StrataError OPTION_INVALID when `whsec_` is not followed by base64 */
function keyOf(secret: string): Uint8Array | string {
  if (!secret.startsWith(SECRET_PREFIX)) return secret
  try {
    return Uint8Array.from(atob(secret.slice(SECRET_PREFIX.length)), (character) => character.charCodeAt(0))
  } catch (cause) {
    throw new StrataError('OPTION_INVALID', `webhook secret: expected base64 after ${SECRET_PREFIX}`, {
      cause,
    })
  }
}
