import { hex } from './bytes.ts'
import { hmacSha256 } from './hmac.ts'

/**
 * How the edge proves to the origin who asks for an encoding: an HMAC-SHA256 over the time, the parameters and the hash
 * of the body. The body need not be in memory to be signed, so an original goes from the bucket to the origin as a stream.
 */
export const ENCODE_SIGNATURE = {
  /** Seconds since 1970. */
  timestamp: 'Strata-Timestamp',
  /** SHA-256 of the body, 64 hexadecimal digits. */
  content: 'Strata-Content-SHA256',
  /** `v1=` and 64 hexadecimal digits. */
  signature: 'Strata-Signature',
} as const

/** Seconds that a signature is good for, and that two clocks may differ. */
export const SIGNATURE_WINDOW_S = 300

interface EncodeRequestFacts {
  readonly timestamp: string
  /** The query as it stands in the URL, with its question mark; the path may change behind a proxy. */
  readonly search: string
  readonly contentSha256: string
}

/** The value of the signature header. */
export async function signEncodeRequest(key: string, facts: EncodeRequestFacts): Promise<string> {
  const { timestamp, search, contentSha256 } = facts
  return `v1=${hex(await hmacSha256(key, `${timestamp}\n${search}\n${contentSha256}`))}`
}
